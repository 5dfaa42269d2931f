import Foundation
import Glibc
import Synchronization

/// A child process with its standard streams, watched until it ends.
///
/// The thread that starts the child only waits for it: the engine asks the kernel to be killed when its parent *thread*
/// ends (PR_SET_PDEATHSIG), so that thread must outlive the engine. Every descriptor on this side is closed on exec, so
/// that a second engine doesn't hold an end of the first one's pipes. The child leads a process group of its own:
/// Ctrl-C reaches the tool alone, which decides.
final class EngineProcess: Sendable {
    enum Exit: Sendable, Equatable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .code(let code): "exit status \(code)"
            case .signal(let signal): "signal \(signal), \(strsignal(signal).map { String(cString: $0) } ?? "unknown")"
            }
        }
    }

    /// Written to with `MSG_NOSIGNAL`: an engine that died must not raise SIGPIPE in the tool.
    let input: Descriptor
    let output: Descriptor
    /// Hangs up when the process has ended.
    let ended: Descriptor
    private let errors: ErrorTail
    private let child: Child

    /// State shared between the watching thread and other threads.
    private final class Child: Sendable {
        enum State {
            case starting
            case running(pid_t)
            case failed(Int32)
            case ended(Exit)
        }
        let state = Mutex(State.starting)
    }

    /// The child's ends of its streams. This side closes them once the child has them, so that it notices when the
    /// engine closes its output.
    private final class ChildStreams: Sendable {
        private let descriptors: Mutex<[Descriptor]>
        init(_ descriptors: [Descriptor]) { self.descriptors = Mutex(descriptors) }

        func take() -> [Descriptor] {
            descriptors.withLock { held in
                defer { held = [] }
                return held
            }
        }
    }

    /// - Parameters:
    ///   - program: path of the executable; PATH is not searched.
    ///   - log: a file that all of the child's standard error is appended to.
    /// - Throws: `.unavailable` where there is no such program or it can't be started, `.io` where there are no
    ///   descriptors left.
    init(program: String, arguments: [String], log: String?) throws(EngineFailure) {
        let (input, childInput) = try Descriptor.socketPair()
        let (output, childOutput) = try Descriptor.socketPair()
        let (errors, childErrors) = try Descriptor.socketPair()
        let (ended, ending) = try Descriptor.socketPair()
        let child = Child()
        let spawned = DispatchSemaphore(value: 0)
        let childStreams = ChildStreams([childInput, childOutput, childErrors])
        Thread.detachNewThread {
            Self.watch(child, spawned) { Self.spawn(program, arguments, childStreams.take()) }
            withExtendedLifetime(ending) {}  // closed here, when the child is gone
        }
        spawned.wait()
        (self.input, self.output, self.ended, self.child) = (input, output, ended, child)
        self.errors = ErrorTail(reading: errors, ended: ended, log: log)
        if case .failed(let code) = child.state.withLock({ $0 }) {
            throw EngineFailure(
                kind: .unavailable,
                message:
                    "the engine \(program) can't be started: \(String(cString: strerror(code))); `make build` makes it")
        }
    }

    deinit { kill() }

    /// Ends the child's whole group at once. Safe from any thread, any number of times.
    func kill() {
        // The child is reaped under the same lock, so its number can't belong to another process yet.
        child.state.withLock { state in
            guard case .running(let pid) = state else { return }
            _ = Glibc.kill(-pid, SIGKILL)
            _ = Glibc.kill(pid, SIGKILL)  // one that left its group
        }
    }

    /// Killed processes end at once, except those that hang in the kernel.
    private static let patience: Int32 = 10_000  // milliseconds

    /// How the process ended and the end of its standard error; waits for both. The wait for a killed process is
    /// limited.
    func wait() -> (exit: Exit, errors: String) {
        var waiting = pollfd(fd: ended.number, events: Int16(POLLIN), revents: 0)
        while poll(&waiting, 1, Self.patience) < 0, errno == EINTR {}
        errors.finish()
        guard case .ended(let exit) = child.state.withLock({ $0 }) else { return (.code(-1), errors.text) }
        return (exit, errors.text)
    }
}

// MARK: - The watching thread

extension EngineProcess {
    private static func watch(
        _ child: Child, _ spawned: DispatchSemaphore, _ spawn: () -> (code: Int32, pid: pid_t)
    ) {
        let (code, pid) = spawn()
        child.state.withLock { $0 = code == 0 ? .running(pid) : .failed(code) }
        spawned.signal()
        guard code == 0 else { return }
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        child.state.withLock { state in
            _ = Glibc.kill(-pid, SIGKILL)  // what it started itself; the group's number is its own until it is reaped
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            // Decoded as by the macros WIFEXITED, WEXITSTATUS and WTERMSIG.
            state = .ended(status & 0x7F == 0 ? .code((status >> 8) & 0xFF) : .signal(status & 0x7F))
        }
    }

    private static func spawn(_ program: String, _ arguments: [String], _ streams: [Descriptor]) -> (
        code: Int32, pid: pid_t
    ) {
        defer { withExtendedLifetime(streams) {} }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream.number, Int32(number))
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        // The engine must not inherit the tool's handling of signals.
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        let environment = yielding(ProcessInfo.processInfo.environment).map { "\($0.key)=\($0.value)" }.sorted()
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &words, &variables)
        return (code, pid)
    }

    /// OpenMP's threads spin for milliseconds while they wait for one another. With other work on the same processors,
    /// as in containers with a quota and on shared nodes, this makes a team of two many times slower. The setting
    /// limits it to a thousand turns, some microseconds. Results are the same.
    private static func yielding(_ environment: [String: String]) -> [String: String] {
        let decided = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"].contains { environment[$0] != nil }
        return decided ? environment : environment.merging(["GOMP_SPINCOUNT": "1000"]) { own, _ in own }
    }
}
