import Foundation
import ParameterKit
import Reporting
import StageKit

/// The LPIPS weights that a manifest names. Without them everything else is still measured, and the report states what
/// is left out.
struct LPIPSWeights {
    let found: (file: URL, digest: String)?
    let reported: QualityProtocol.LPIPSWeights?

    private init() { (found, reported) = (nil, nil) }

    /// For runs that assess no pictures.
    static let none = LPIPSWeights()

    /// - Throws: `Failure` 65 for something that isn't a safetensors file.
    init(_ path: ManifestPath?, digests: DigestCache, notice: (String) -> Void) throws {
        guard let path else {
            (found, reported) = (nil, nil)
            return
        }
        guard try DurableFile.exists(URL(fileURLWithPath: path.absolute)) else {
            notice(
                "no LPIPS weights in \(path.written): IC-LPIPS is left out of the report (make features fetches them)")
            (found, reported) = (nil, .missing(path.written))
            return
        }
        let file = URL(fileURLWithPath: path.absolute)
        guard file.pathExtension == "safetensors" else {
            throw Failure(
                .badData, "LPIPS weights are a .safetensors file", at: path.written, remedy: "make features leaves one."
            )
        }
        found = (file, try digests.sha256(file))
        reported = .found
    }
}
