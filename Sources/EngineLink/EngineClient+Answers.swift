import Glibc

// Reads engines' answers, and finds out why an engine stopped.

extension EngineClient {
    /// The first event of an engine.
    static func greeting(_ process: EngineProcess, _ reader: inout LineReader, _ launch: Launch) throws(EngineFailure)
        -> EngineReady
    {
        switch try reader.next(milliseconds: Int32(clamping: launch.patience * 1000)) {
        case .timeout:
            process.kill()
            throw EngineFailure(
                kind: .unavailable,
                message:
                    "the engine \(launch.program) was not ready after \(launch.patience) s\(lastWords(process.wait().errors))"
            )
        case .end:
            throw falseStart(process, launch.program)
        case .line(let line):
            switch try EngineLine.decode(EngineEvent.self, from: line).body {
            case .ready(let ready):
                guard ready.version == EngineProtocol.version else {
                    throw EngineFailure(
                        kind: .unavailable,
                        message:
                            "the engine \(launch.program) speaks version \(ready.version), this program \(EngineProtocol.version); `make build` makes both anew"
                    )
                }
                return ready
            case .failure(let failure): throw failure
            default: throw EngineFailure(kind: .internalError, message: "the engine did not say first that it is ready")
            }
        }
    }

    /// Passes on progress until the engine closes the request. A failure that the engine itself reports is returned as
    /// an answer.
    static func answer(
        to id: Int, _ process: EngineProcess, _ reader: inout LineReader, _ progress: (Int, Int, String) -> Void,
        _ notice: (String) -> Void
    ) throws(EngineFailure) -> Result<EngineResult, EngineFailure> {
        while case .line(let line) = try reader.next() {
            let event: EngineEvent = try EngineLine.decode(from: line)
            if case .notice(let sentence) = event.body {
                notice(sentence)
                continue
            }
            guard event.id == id else {
                throw EngineFailure(kind: .internalError, message: "the engine answered request \(event.id), not \(id)")
            }
            switch event.body {
            case .progress(let done, let total, let note):
                // These numbers come from outside; limited so that arithmetic with them can't overflow.
                let most = min(max(total, 0), EngineLine.mostWork)
                progress(min(max(done, 0), most), most, note)
            case .result(let result): return .success(result)
            case .failure(let failure): return .failure(failure)
            case .ready, .notice:
                throw EngineFailure(kind: .internalError, message: "the engine said a second time that it is ready")
            }
        }
        throw death(process)
    }

    /// The failure when the process ended, or closed its output, during a request.
    static func death(_ process: EngineProcess) -> EngineFailure {
        process.kill()  // an engine that closed its output is of no more use
        let (exit, errors) = process.wait()
        let hint = exit == .signal(SIGKILL) ? "; killed, as the system does when memory runs out" : ""
        return EngineFailure(
            kind: .died, message: "the engine ended under the request (\(exit)\(hint))\(lastWords(errors))")
    }

    /// The failure when the process ended before it was ready.
    private static func falseStart(_ process: EngineProcess, _ program: String) -> EngineFailure {
        process.kill()
        let (exit, errors) = process.wait()
        // 127 is what the dynamic loader exits with (ld.so), naming the library or the symbol.
        let loader = ["error while loading shared libraries", "symbol lookup error", "undefined symbol"]
        if exit == .code(127) || loader.contains(where: { errors.contains($0) }) {
            return EngineFailure(
                kind: .unavailable,
                message:
                    "the engine \(program) can't load LibTorch; `make setup` brings it, `make build` links it\(lastWords(errors))"
            )
        }
        // A signal comes from outside, or from a crash: a second start may well succeed.
        let kind: EngineFailure.Kind = if case .signal = exit { .died } else { .unavailable }
        return EngineFailure(
            kind: kind, message: "the engine \(program) ended before it was ready (\(exit))\(lastWords(errors))")
    }

    private static func lastWords(_ errors: String) -> String { errors.isEmpty ? "" : "; its last words:\n" + errors }
}
