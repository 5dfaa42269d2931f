package import MethodKit

/// The detectors that manifests can name, one line each, in the order of reports.
package enum Detectors: MethodRegistry {
    package static let noun = "detector"
    package static let all: [any Detector.Type] = [
        VLAD.self, PatchCore.self, PaDiM.self, AnomalyDINO.self, SubspaceAD.self, Probe.self,
        SimpleNet.self, WinCLIP.self, AprilGAN.self, PromptAD.self,
    ]
    package static var methods: [any Method.Type] { all }
}
