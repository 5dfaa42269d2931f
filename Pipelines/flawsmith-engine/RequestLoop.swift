import EngineLink
import TensorCore

/// Answers requests, one after the other, until the tool closes the line.
final class RequestLoop {
    private let device: Device
    private let models: ModelCache
    private var isDeterminismRequired = true

    init(device: Device) {
        self.device = device
        models = ModelCache(device: device)
    }

    func run(_ channel: inout EngineChannel) -> EngineCommand.Status {
        while true {
            do {
                guard let line = try channel.next() else { return .done }
                if line.isEmpty { continue }
                let request: EngineRequest = try EngineLine.decode(from: line)
                let body = answer(request, channel)
                guard isDeviceWell || !body.isFailure else {
                    EngineCommand.complain("device \(device) answers no more after: \(body)\n")
                    return .unavailable
                }
                channel.send(EngineEvent(id: request.id, body: body))
            } catch {
                channel.send(EngineEvent(id: 0, body: .failure(error)))
                if error.kind == .io { return .io }
            }
        }
    }

    private func answer(_ request: EngineRequest, _ channel: EngineChannel) -> EngineEvent.Body {
        guard request.version == EngineProtocol.version else {
            let message =
                "request \(request.id) is of version \(request.version), this engine speaks \(EngineProtocol.version)"
            return .failure(EngineFailure(kind: .internalError, message: message))
        }
        let progress = RequestProgress(
            done: { channel.send(EngineEvent(id: request.id, body: .progress(done: $0, total: $1, note: $2))) },
            notice: { channel.send(EngineEvent(id: request.id, body: .notice($0))) })
        do {
            return .result(try perform(request.operation, progress))
        } catch {
            let failure = EngineFailure(error)
            if failure.message.contains("does not have a deterministic implementation"), isDeterminismRequired {
                return retryWithoutGuarantee(request, channel, progress, failure)
            }
            if failure.kind == .outOfMemory {
                // Releases all models, so that the next request can use all memory.
                models.removeAll()
                try? device.emptyCache()
            }
            return .failure(failure)
        }
    }

    /// Repeats a request without determinism if LibTorch has no deterministic algorithm for the device. Results without
    /// guaranteed equal bytes are better than none.
    private func retryWithoutGuarantee(
        _ request: EngineRequest, _ channel: EngineChannel, _ progress: RequestProgress, _ failure: EngineFailure
    ) -> EngineEvent.Body {
        isDeterminismRequired = false
        do {
            try Library.setDeterminism(.preferred)
        } catch {
            return .failure(EngineFailure(error))
        }
        progress.notice("results on \(device) may differ in the last bits from run to run: \(failure.message)")
        return answer(request, channel)
    }

    private func perform(_ operation: EngineOperation, _ progress: RequestProgress) throws -> EngineResult {
        switch operation {
        case .inspect(let request): .inspect(try models.inspect(request))
        case .draw(let request): .applied(try models.draw(request, progress))
        case .reconstruct(let request): try models.reconstruct(request, progress)
        case .fit(let request): .fitted(try models.fit(request, progress))
        case .score(let request): .applied(try models.score(request, progress))
        case .similarity(let request): .similarity(try models.similarity(request, progress))
        case .embed(let request): .embed(try models.embed(request, progress))
        case .regions(let request): .regions(try models.regions(request, progress))
        case .diversity(let request): .diversity(try models.diversity(request, progress))
        case .bench(let request): .bench(try models.bench(request, progress))
        }
    }

    /// Whether the device still works. An error on a CUDA device can make it unusable for this process, but not for a
    /// fresh engine.
    private var isDeviceWell: Bool {
        guard device != .cpu else { return true }
        do {
            return try Tensor.ones([1], device: device).sum().item() == 1
        } catch {
            return error.kind == .outOfMemory
        }
    }
}

/// Where a request's progress and notices go.
struct RequestProgress {
    var done: (_ done: Int, _ total: Int, _ note: String) -> Void
    var notice: (String) -> Void
}

extension EngineEvent.Body {
    fileprivate var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}
