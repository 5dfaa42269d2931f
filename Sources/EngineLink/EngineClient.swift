import Foundation
import Glibc
import Synchronization

/// One engine process, from the tool's side: requests go in, events come back.
///
/// After an engine has died, or sent something that is not a message, every further call fails with `.died`. The caller
/// decides whether to start a new one.
package final class EngineClient: EngineConnection {
    /// How to start an engine.
    package struct Launch: Sendable {
        /// Path of the executable.
        package var program: String
        package var arguments: [String]
        /// A file that the engine's standard error is appended to.
        package var log: String?
        /// Seconds to wait until it is ready: loading LibTorch takes half a second from a local disk, minutes from a
        /// busy network disk.
        package var patience: Int

        package init(
            program: String = EngineClient.programBeside, arguments: [String] = [], log: String? = nil,
            patience: Int = 300
        ) {
            (self.program, self.arguments, self.log, self.patience) = (program, arguments, log, patience)
        }

        /// The engine for a device (`auto`, `cpu`, `cuda:0`).
        ///
        /// - Parameter threads: of LibTorch on the CPU; `nil`: the engine's own choice.
        package init(
            device: String, threads: Int? = nil, program: String = EngineClient.programBeside, log: String? = nil
        ) {
            self.init(
                program: program, arguments: ["--device", device] + (threads.map { ["--threads", "\($0)"] } ?? []),
                log: log)
        }
    }

    /// `flawsmith-engine` beside the running program.
    package static var programBeside: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments
            .first ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("flawsmith-engine").path
    }

    package let ready: EngineReady
    private let process: EngineProcess
    private let conversation: Mutex<Conversation>

    /// State that one call at a time owns.
    private struct Conversation {
        var reader: LineReader?
        var lastID = 0
        /// The failure that ended the engine; nil while calls are possible.
        var over: EngineFailure?
    }

    /// Starts an engine and waits until it is ready.
    ///
    /// - Throws: `.unavailable` if it can't be started, can't load LibTorch, has no such device or is of another
    ///   version; otherwise the failure that the engine itself reports.
    package init(_ launch: Launch) throws(EngineFailure) {
        process = try EngineProcess(program: launch.program, arguments: launch.arguments, log: launch.log)
        var reader = LineReader(process.output.number, ended: process.ended.number)
        ready = try Self.greeting(process, &reader, launch)
        conversation = Mutex(Conversation(reader: reader))
    }

    deinit { process.kill() }

    package func kill() { process.kill() }

    package func call(
        _ operation: EngineOperation, progress: @Sendable (Int, Int, String) -> Void = { _, _, _ in },
        notice: @Sendable (String) -> Void = { _ in }
    ) throws(EngineFailure) -> EngineResult {
        // The reader is removed during the call, so that a second caller finds none.
        let (taken, id) = try conversation.withLock { conversation throws(EngineFailure) in
            if let over = conversation.over { throw over }
            guard let reader = conversation.reader else {
                throw EngineFailure(kind: .internalError, message: "the engine was asked twice at once")
            }
            conversation.reader = nil
            conversation.lastID += 1
            return (reader, conversation.lastID)
        }
        var reader = taken
        do throws(EngineFailure) {
            let line = try EngineLine.encode(EngineRequest(id: id, operation: operation))
            try send(line)
            let answer = try Self.answer(to: id, process, &reader, progress, notice)
            conversation.withLock { $0.reader = reader }
            return try answer.get()
        } catch {
            conversation.withLock { conversation in
                guard conversation.reader == nil else { return }  // the engine's own answer: it goes on
                conversation.over = EngineFailure(kind: .died, message: "the engine was ended: \(error.message)")
                process.kill()
            }
            throw error
        }
    }

    private func send(_ line: [UInt8]) throws(EngineFailure) {
        var sent = 0
        while sent < line.count {
            let count = line[sent...].withUnsafeBytes {
                Glibc.send(process.input.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno != EINTR {
                guard errno == EPIPE || errno == ECONNRESET else {
                    throw EngineFailure(kind: .io, message: "asking the engine failed: \(Descriptor.reason)")
                }
                process.kill()
                throw Self.death(process)
            }
        }
    }
}
