import Detectors
import Generators
import ManifestSections
import MethodKit

// What tests ask for by name, where the project's own code knows no method's name.

extension GenerationSection {
    var cut: CUTSettings { tables[CUT.self] }
}

extension Manifest {
    /// The settings of the detector `vlad`; nil where there is none.
    var vlad: VLADSettings? {
        namedDetectors.lazy.filter { $0.name == "vlad" }.compactMap { ($0.detector as? VLAD)?.settings }.first
    }
}
