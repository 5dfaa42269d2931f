import ArgumentParser
import Glibc
import StageKit

/// The tool: manifest, plan, state on disk, reports. It never links LibTorch.
@main
struct Flawsmith: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "flawsmith",
        abstract: "Turns a handful of pictures of good parts into a labelled data set of damaged ones.",
        discussion: """
            A YAML manifest names a data set, a number of shots and the models; the stages ingest, foreground, sample, \
            generate, export, train and report do the rest. An interrupted run goes on where it was: give the same command.

            Exit codes: 0 ok, 1 run failed, 64 usage, 65 bad data, 66 input missing, 69 engine or device unavailable, \
            70 internal error, 73 can't create, 74 I/O error or disk full, 75 busy or for now out of reach, 78 bad manifest, 129/130/143 interrupted.
            """,
        version: version,
        subcommands: [
            NewCommand.self, ValidateCommand.self, ConfigCommand.self, DoctorCommand.self,
            RunCommand.self, SubmitCommand.self, ResubmitCommand.self, PlanCommand.self, StatusCommand.self,
            WhyCommand.self, CompareCommand.self,
            VerifyCommand.self,
            CleanCommand.self,
            SynthesizeCommand.self, ExportCommand.self, SchemaCommand.self,
            DetectCommand.self, EvaluateCommand.self, SheetCommand.self, ReviewCommand.self, InspectCommand.self,
            BenchCommand.self,
            FetchCommand.self, StarterCommand.self,
            ManualCommand.self,
        ])

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)  // a file-size limit is then an error like a full disk
        do {
            var command = try parseAsRoot()
            try command.run()
            Interruption.letItEnd()
            // Who reads no further, as `head`, has what it wanted.
            guard fflush(nil) == 0 || errno == EPIPE else {
                throw Failure(.io, "standard output can't be written", remedy: "Is the disk full?")
            }
        } catch {
            Interruption.letItEnd()
            ErrorReport(error).exit()
        }
    }
}
