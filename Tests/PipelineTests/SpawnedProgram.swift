import Foundation
import Glibc

/// The tool, started as cheaply as can be: for tests that start it thousands of times, several at once.
struct SpawnedProgram {
    struct Failure: Error { let code: Int32 }

    struct Ended {
        /// 128 and the signal's number where a signal ended it.
        let status: Int32
        /// It had to be killed.
        let hung: Bool
    }

    private let process: pid_t

    /// - Parameters:
    ///   - environment: in addition to this process's own.
    ///   - output: takes standard output, `errors` standard error; both are made anew.
    init(_ arguments: [String], environment: [String: String], output: URL, errors: URL) throws {
        let program = Program.tool
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, errors.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        let own = ["OMP_NUM_THREADS": "1"].merging(environment) { $1 }
        let variables = ProcessInfo.processInfo.environment.merging(own) { $1 }
        var argv = ([program.path] + arguments).map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var number: pid_t = 0
        let code = posix_spawn(&number, program.path, &actions, nil, &argv, &envp)
        guard code == 0 else { throw Failure(code: code) }
        process = number
    }

    func send(_ signal: Int32) { kill(process, signal) }

    /// Whether it is stopped (`SIGSTOP`); waits until it is, or has ended.
    func waitUntilStopped() -> Bool {
        var facts = siginfo_t()
        while waitid(P_PID, id_t(process), &facts, WSTOPPED | WEXITED | WNOWAIT) == -1, errno == EINTR {}
        return facts.si_code == CLD_STOPPED
    }

    /// - Parameter seconds: after so long it is killed.
    func wait(seconds: Int = 60) -> Ended {
        var status: Int32 = 0
        var looks = seconds * 1000
        while waitpid(process, &status, WNOHANG) == 0, looks > 0 {
            usleep(1000)
            looks -= 1
        }
        let hung = looks == 0
        if hung {
            kill(process, SIGKILL)
            waitpid(process, &status, 0)
        }
        let signal = status & 0x7F
        return Ended(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, hung: hung)
    }
}
