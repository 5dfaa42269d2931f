import ArgumentParser
import EngineLink
import TensorCore

/// Answers requests on standard input until it ends.
struct ServeCommand: EngineSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer requests on standard input; what is done without a subcommand.")

    @Option(name: .customLong("device"), help: "auto, cpu or cuda:N.") var deviceName = "auto"
    @Option(help: "Threads of one operation on the processor.", transform: wholeNumber(1...1024)) var threads: Int?

    func perform() throws -> EngineCommand.Status {
        EngineSurroundings.prepare()
        var channel = try EngineChannel()
        let device: Device
        let kernels: String
        do {
            kernels = try EngineSurroundings.chooseKernels()
            device = try Device.parse(deviceName)
            if let threads { try Library.setThreads(threads) }
            try Library.keepMemory(EngineSurroundings.keptMemory)
            try Library.setDeterminism(.required)
            // Uses the device once, so that an unusable one is reported now and not during the first request.
            _ = try Tensor.ones([1], device: device).sum().item()
        } catch {
            channel.send(EngineEvent(id: 0, body: .failure(EngineFailure(kind: .unavailable, message: "\(error)"))))
            return .unavailable
        }
        let memory = try? device.memory
        let engine = "\(EngineCommand.version), LibTorch \(Library.version)\(kernels)"
        channel.send(
            EngineEvent(
                id: 0,
                body: .ready(
                    EngineReady(
                        version: EngineProtocol.version, engine: engine, device: device.description,
                        threads: Library.threads, memory: memory?.total, freeMemory: memory?.free))))
        return RequestLoop(device: device).run(&channel)
    }
}
