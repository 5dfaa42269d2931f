import AnomalyDatasets
import Foundation
import Generators
import Imaging
import MethodKit
import ParameterKit
import StageKit

extension GenerationRun {
    private typealias Region = (part: Mask?, place: Mask?)

    /// Where the part is on a group's pictures; nil: everywhere.
    func part(of group: UnitGroup) throws -> Mask? {
        try group.mask.map {
            try Mask(
                contentsOf: try context.input("foreground").data.appendingPathComponent($0.file).path, above: 127)
        }
    }

    /// Where damage may be on a group's pictures: the part, or what of it lies in the request's place; nil: anywhere.
    private func region(of group: UnitGroup) throws -> Region {
        let part = try part(of: group)
        guard let place = group.request.place else { return (part, part) }
        let whole = Mask(width: group.source.width, height: group.source.height, repeating: true)
        return (part, try place.part(of: part ?? whole, source: group.source))
    }

    /// Where damage may be on each of a group's pictures, in order; nil: anywhere. Damage of a given size has a spot of
    /// its own in each.
    func masks(of group: UnitGroup) throws -> [Mask?] { masks(of: group, in: try region(of: group)) }

    private func masks(of group: UnitGroup, in region: Region) -> [Mask?] {
        let (part, place) = region
        guard let size = group.request.size else { return group.indices.map { _ in place } }
        let (width, height) = (group.source.width, group.source.height)
        let pixels = Int((size * Double(part?.count ?? width * height)).rounded())
        let around = place ?? Mask(width: width, height: height, repeating: true)
        return group.indices.map { index in
            DamageSpot.inside(
                around, pixels: pixels, seed: parameters.unitSeed(group, category: category, index: index))
        }
    }

    /// The same as files.
    func maskFiles(of group: UnitGroup, in folders: [URL]) throws -> [URL?] {
        guard group.request.place != nil || group.request.size != nil else {
            let file = try group.mask.map { try context.input("foreground").data.appendingPathComponent($0.file) }
            return folders.map { _ in file }
        }
        let masks = try masks(of: group)
        return try masks.enumerated().map { place, mask in
            guard let mask else { return nil }
            // Pictures with one mask name the same file, and are computed together.
            let first = masks.firstIndex(of: mask) ?? place
            let file = folders[first].appendingPathComponent("place.png")
            if first == place { try mask.write(png: file.path) }
            return file
        }
    }

    func sourceFile(of group: UnitGroup) throws -> URL {
        try context.input("ingest").data.appendingPathComponent(group.source.file)
    }

    /// The windows that a group's pictures are drawn in, in order. Of one group all have one size, since its pictures
    /// are computed together.
    func frames(of group: UnitGroup) throws -> [PictureFrame] {
        let photo = try Image(contentsOf: sourceFile(of: group).path), region = try region(of: group)
        return zip(group.indices, masks(of: group, in: region)).map { index, mask in
            PictureFrame(
                photo: photo, part: mask, object: region.place, choice: parameters.window,
                composite: parameters.isComposite,
                seed: parameters.unitSeed(group, category: category, index: index))
        }
    }

    /// What is said where a window around the part was asked for and parts fill their pictures, which are then drawn
    /// whole; nil: there are none.
    func drawnWhole(_ groups: [UnitGroup]) throws -> String? {
        guard parameters.window == .object else { return nil }
        var seen: Set<String> = [], whole: [String] = []
        for group in groups where parameters.drawer(of: group.request).labelsFromEvidence {
            guard seen.insert(group.source.id).inserted else { continue }
            let window = parameters.window.window(
                width: group.source.width, height: group.source.height, part: try region(of: group).place, seed: 0)
            if window == nil { whole.append(group.source.id) }
        }
        guard let first = whole.first else { return nil }
        return
            "\(category): the part fills \(whole.count) of \(seen.count) pictures (\(first)), which are drawn whole: a `window` around "
            + "it would be as large. A window of N pixels keeps more of a photo's sharpness"
    }

    /// Generators without networks, in this process: each picture of the group on its own.
    ///
    /// - Parameter places: the pictures that are drawn; nil: all.
    /// - Throws: for files that can't be read or written; a picture on which no damage could be made becomes a failed
    ///   unit.
    func draw(
        _ group: UnitGroup, with generator: any LocalGenerator, into folders: [URL], places: Set<Int>? = nil
    ) throws -> [DrawnUnit] {
        let image = try Image(contentsOf: sourceFile(of: group).path)
        let borrowing = try borrowing(group)
        return try zip(group.indices, zip(folders, masks(of: group))).map { index, member in
            let (folder, foreground) = member
            if let places, !places.contains(index - group.indices.lowerBound) { return .skipped }
            let seed = parameters.unitSeed(group, category: category, index: index)
            let drawn: SyntheticAnomaly
            do {
                if let borrowing {
                    drawn = try borrowing.draw(
                        on: image, foreground: foreground, seed: UInt64(seed),
                        donor: try group.donors?.donor(for: group.source, seed: seed))
                } else {
                    drawn = try generator.draw(
                        on: image, foreground: foreground, seed: UInt64(seed),
                        photograph: try parameters.drawer(of: group.request).materials?.photograph(seed: seed))
                }
            } catch let error as SyntheticAnomalyError {
                return .failed(error.description)
            }
            try drawn.image.write(png: folder.appendingPathComponent(GeneratedFiles.image).path)
            try drawn.softLabel.write(png16: folder.appendingPathComponent(GeneratedFiles.soft).path)
            try drawn.mask.write(png: folder.appendingPathComponent(GeneratedFiles.mask).path)
            return .drawn([
                "width": .int(image.width), "height": .int(image.height), "account": drawn.account,
            ])
        }
    }

    /// The generator of a group that takes pieces of other normals, as the group's kind has it; nil for any other.
    ///
    /// - Throws: `Failure` 65 where the sample can't serve it.
    private func borrowing(_ group: UnitGroup) throws -> (any DonorGenerator)? {
        guard let donors = group.donors, let own = parameters.drawer(of: group.request).generator as? any DonorGenerator
        else { return nil }
        do {
            let ready = try donors.prepared(own, for: category)
            guard let strength = group.request.strength else { return ready }
            return ready.dialled(to: strength)
        } catch let error as SyntheticAnomalyError {
            throw Failure(.badData, error.description, at: category)
        }
    }
}
