package import MethodKit

/// The layouts that manifests can name, one line each.
package enum ExportLayouts: MethodRegistry {
    package static let noun = "layout"
    package static let all: [any ExportLayout.Type] = [
        MVTecLayout.self, VisALayout.self, PairsLayout.self, MetaJSONLayout.self, COCOLayout.self, YOLOLayout.self,
        WebDatasetLayout.self, ImageFolderLayout.self, AnomalibLayout.self,
    ]
    package static var methods: [any Method.Type] { all }
    /// An archive is named after its layout, so there is one of each.
    package static let takesOwnNames = false
}
