import Foundation
import Imaging
import StageKit

/// Intermediate pictures of one run as the engine leaves them: `step-007-t191.png` and `map-007-t191.png` of some
/// steps.
struct TracePictures {
    let folder: URL

    /// - Throws: `Failure` 73 when the folder holds an earlier run's pictures, because a mixture would look like one
    ///   run.
    static func check(_ folder: URL) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        if let taken = names.first(where: { $0.hasPrefix("step-") || $0.hasPrefix("map-") || $0 == "trace.png" }) {
            throw Failure(
                .cannotCreate, "holds \(taken) of an earlier run", at: folder.path,
                remedy: "Empty it, or give --trace-images another folder.")
        }
    }

    /// Moves them to `target` and draws `trace.png`: the network's picture at each step above, the attention to the
    /// words below, every map scaled to its own maximum.
    func keep(in target: URL, normal: Image, title: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("step-") }
            .sorted()
        var steps = [ContactSheet.Cell(normal.rgb(), caption: ["normal"])]
        var maps = [ContactSheet.Cell(normal.rgb(), caption: ["attention"])]
        for name in names {
            let mapName = "map-" + name.dropFirst("step-".count)
            let picture = try Image(contentsOf: folder.appendingPathComponent(name).path).rgb()
            let map = try Plane(contentsOf: folder.appendingPathComponent(mapName).path)
            let parts = name.dropFirst("step-".count).dropLast(".png".count).split(separator: "-")
            let step = parts.first.flatMap { Int($0) } ?? 0
            steps.append(ContactSheet.Cell(picture, caption: ["step \(step), \(parts.last ?? "")"]))
            let highest = (map.maximum * 1000).rounded() / 1000
            maps.append(
                ContactSheet.Cell(
                    picture.mixed(with: map.heatMap(high: max(map.maximum, 1e-6)), share: 0.6),
                    caption: ["up to \(highest)"]))
        }
        let sheet = ContactSheet(title: title, cells: steps + maps, columns: steps.count, cellSide: 128).render()
        try sheet.write(png: folder.appendingPathComponent("trace.png").path)
        try DurableFile.makeFolder(target)
        for name in names + names.map({ "map-" + $0.dropFirst("step-".count) }) + ["trace.png"] {
            try DurableFile.syncFile(folder.appendingPathComponent(name))
            try DurableFile.rename(folder.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
    }
}
