import AnomalyDatasets
import Archives
import Foundation
import Imaging
import StageKit
import Testing
import flawsmith

/// What an error comes to: the exit code, and a message without a type's innards in it.
@Suite struct ErrorReportTests {
    private struct Unforeseen: Error {}

    @Test func whatNobodyThoughtOfIsADefectOfOurs() {
        #expect(ErrorReport(Unforeseen()).status == .internalError)
        #expect(ErrorReport(Unforeseen()).message.contains("report it"))
        #expect(ErrorReport(NSError(domain: "elsewhere", code: 1)).status == .internalError)
        #expect(ErrorReport(Failure(.busy, "taken")).status == .busy)
    }

    @Test func aRecordThatIsNoneSaysWhatIsMissing() {
        struct Record: Decodable { let width: Int }
        for (text, words) in [("{}", "width is missing"), ("{\"width\": \"a\"}", "at width"), ("{", "not JSON")] {
            do {
                _ = try JSONDecoder().decode(Record.self, from: Data(text.utf8))
                #expect(Bool(false), "\(text) was understood")
            } catch {
                let report = ErrorReport(error)
                #expect(report.status == .badData && report.message.contains(words), "\(report.message)")
                #expect(!report.message.contains("CodingKeys") && !report.message.contains("debugDescription"))
            }
        }
    }

    @Test func foundationsErrorsNameTheFile() {
        do {
            _ = try Data(contentsOf: URL(fileURLWithPath: "/nowhere/file"))
            #expect(Bool(false), "it was read")
        } catch {
            let report = ErrorReport(error)
            #expect(report.status == .inputMissing && report.message.contains("/nowhere/file"), "\(report.message)")
            #expect(!report.message.contains("NSCocoaErrorDomain"))
        }
    }

    /// A full disk is 74 wherever it strikes.
    @Test(arguments: [
        (ENOSPC, StageKit.ExitStatus.io), (EDQUOT, .io), (EIO, .io), (EMFILE, .io), (EACCES, .cannotCreate),
        (EROFS, .cannotCreate),
    ]) func picturesThatCannotBeWritten(_ code: Int32, _ status: StageKit.ExitStatus) {
        let report = ErrorReport(ImageError(.unwritable, file: "a.png", reason: "", code: code))
        #expect(report.status == status)
        #expect(report.message.contains("free some space") == [ENOSPC, EDQUOT].contains(code), "\(report.message)")
        let archive = ErrorReport(ArchiveError.system(path: "a.tar", action: "write", code: code))
        #expect(archive.message.contains("free some space") == [ENOSPC, EDQUOT].contains(code), "\(archive.message)")
    }
}
