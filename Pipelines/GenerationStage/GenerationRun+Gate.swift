import AnomalyDatasets
import Foundation
import Generators
import Imaging
import MethodKit
import ParameterKit
import PictureGate
import StageKit

// The gate: pictures that don't pass are drawn again, up to a limit. Every try is a unit of its own in the pool, the
// first the one that a run without the gate draws; an account of all of them is a unit, too, and says that a picture is
// settled. Whether a try passes depends on its own picture, normal, label and part alone, so that it doesn't matter who
// makes what first.

extension GenerationRun {
    /// The pictures of a group that pass, each with the first of its tries that does.
    func passing(
        _ group: UnitGroup, _ gate: GateSettings, progress: @escaping @Sendable (Double) -> Void
    ) throws -> MadeGroup {
        let ids = ids(of: group), places = Array(0..<group.listed)
        let homes = places.map { context.store.unit(parameters.accountUnit(of: ids[$0], group)) }
        // What was tried and failed is not drawn again, whether its picture is still there or not.
        var accounts = try homes.map { try context.forced ? nil : account(in: $0) }
        let known = Set(places.filter { accounts[$0] != nil })
        var lines = [ListedUnit?](repeating: nil, count: places.count), missing: [String] = []
        var open = Set(places).subtracting(known)
        let part = open.isEmpty ? nil : try part(of: group)
        let isLocal = parameters.generator(for: group.request) is any LocalGenerator
        for attempt in 0..<gate.tries {
            let wanted = places.filter {
                open.contains($0) || known.contains($0) && accounts[$0]?.chosen == attempt
            }
            guard !wanted.isEmpty else { continue }
            let again = group.again(attempt), own = self.ids(of: again)
            // Of further tries nobody knows how many follow.
            let say: @Sendable (Double) -> Void = { share in if attempt == 0 { progress(share) } }
            let made: MadeGroup = try drawn(again, places: wanted, progress: say)
            let found = Dictionary(made.listed.map { ($0.unit, $0) }) { first, _ in first }
            for place in wanted {
                let line = found[own[place]]
                // What a local generator can't draw it never can; what an engine couldn't is tried by the next run.
                if line == nil, !isLocal || known.contains(place) {
                    missing.append(own[place])
                    open.remove(place)
                    accounts[place] = nil
                    continue
                }
                if open.contains(place) {
                    let attempt = try judged(line, unit: own[place], place: place, of: again, part: part, gate)
                    var account = accounts[place] ?? account(of: ids[place], group)
                    account.tries.append(attempt)
                    accounts[place] = account
                    guard attempt.passed else { continue }
                    open.remove(place)
                }
                lines[place] = line
                lines[place]?.quality = homes[place].id
            }
        }
        for place in places where !known.contains(place) {
            if let account = accounts[place] { try commit(account, to: homes[place], group, picture: ids[place]) }
        }
        let settled = places.compactMap { place in
            accounts[place].map { account in
                var account = account
                (account.account, account.keep) = (homes[place].id, gate.keepRejected)
                return account
            }
        }
        return MadeGroup(listed: lines.compactMap(\.self), missing: missing, accounts: settled)
    }

    private func account(of picture: String, _ group: UnitGroup) -> GateAccount {
        GateAccount(
            picture: picture, category: category, anomaly: group.request.anomaly, source: group.source.id,
            generator: parameters.drawer(of: group.request).generator.methodName, tries: [])
    }

    /// nil: it isn't there, or not whole.
    private func account(in unit: PooledUnit) throws -> GateAccount? {
        guard unit.isDone, try unit.damage().isEmpty else { return nil }
        let bytes = try DurableFile.read(unit.file(GeneratedFiles.quality))
        return try? JSONDecoder().decode(GateAccount.self, from: bytes)
    }

    private func commit(_ account: GateAccount, to unit: PooledUnit, _ group: UnitGroup, picture: String) throws {
        let scratch = context.work.appendingPathComponent(unit.id)
        try DurableFile.remove(scratch)
        try DurableFile.makeFolder(scratch)
        defer { try? DurableFile.remove(scratch) }
        let text = try JSONValue(encoding: account).prettyText
        try DurableFile.write(text, to: scratch.appendingPathComponent(GeneratedFiles.quality))
        var record = parameters.accountIdentity(of: picture, group)
        record["unit"] = .string(unit.id)
        _ = try unit.commit(.object(record), files: GeneratedFiles.account, from: scratch)
    }

    /// A try with its scores.
    ///
    /// - Parameter line: nil where nothing could be drawn.
    private func judged(
        _ line: ListedUnit?, unit: String, place: Int, of group: UnitGroup, part: Mask?, _ gate: GateSettings
    ) throws -> GateAccount.Try {
        let seed = Int(parameters.unitSeed(group, category: category, index: group.indices.lowerBound + place))
        guard let line else {
            let words = try JSONValue(parsing: DurableFile.read(context.store.unit(unit).failureFile))
            return GateAccount.Try(
                unit: unit, label: nil, image: nil, seed: seed, scores: nil, failed: [],
                reason: words["reason"]?.string)
        }
        let store = context.store
        let picture = try Image(contentsOf: store.unit(line.imageUnit).file(GeneratedFiles.image).path)
        let label = try Mask(contentsOf: store.unit(line.labelUnit).file(GeneratedFiles.mask).path, above: 127)
        let scores = try GateScores(
            picture: picture, base: try base(of: line, place: place, group), label: label, part: part, settings: gate)
        return GateAccount.Try(
            unit: unit, label: line.label, image: line.image, seed: seed, scores: scores, failed: scores.failed(gate))
    }

    /// A picture as it would be without damage: what the generator's autoencoder makes of the normal, where it redraws
    /// pictures; else the normal.
    private func base(of line: ListedUnit, place: Int, _ group: UnitGroup) throws -> Image {
        let unit = context.store.unit(line.unit)
        guard parameters.drawer(of: group.request).labelsFromEvidence else {
            return try Image(contentsOf: sourceFile(of: group).path)
        }
        let reconstruction = try Image(contentsOf: unit.file(GeneratedFiles.reconstruction).path)
        guard parameters.framesPictures else { return reconstruction }
        return try frames(of: group)[place].undamaged(reconstruction)
    }

    /// Writes `gate.jsonl`, and says how many passed.
    ///
    /// - Parameter hasGaps: whether pictures are missing that the next run draws, so that it is too early to say that
    ///   none passes.
    /// - Throws: `Failure` 65 where no picture of a kind passed.
    func pass(_ accounts: [GateAccount], _ gate: GateSettings, hasGaps: Bool) throws {
        try JSONLines.write(accounts, to: context.object.data.appendingPathComponent(GenerationStage.gateName))
        guard !accounts.isEmpty else { return }
        context.notice("\(category): \(GateTally(accounts).sentence)")
        var kinds: [String] = []
        for account in accounts where !kinds.contains(account.anomaly) { kinds.append(account.anomaly) }
        for kind in kinds {
            let own = accounts.filter { $0.anomaly == kind }, givenUp = own.filter { $0.chosen == nil }
            guard let first = givenUp.first else { continue }
            if givenUp.count == own.count, !hasGaps { throw refusal(of: kind, own, gate) }
            context.notice(
                "\(category): \(givenUp.count) of \(own.count) pictures of \(kind) are left out, none of their tries passed: "
                    + "\(GateVerdict(gate).reasons(givenUp)); the first is \(first.picture)")
        }
    }

    private func refusal(of kind: String, _ accounts: [GateAccount], _ gate: GateSettings) -> Failure {
        let tries = accounts.flatMap(\.tries)
        let last = tries.last { $0.scores != nil }.map { context.store.unit($0.imageUnit).folder.path }
        return Failure(
            .badData,
            "none of \(accounts.count) \(accounts.count == 1 ? "picture" : "pictures") of \(kind) passed the gate in \(gate.tries) \(gate.tries == 1 ? "try" : "tries"): "
                + GateVerdict(gate).reasons(accounts),
            at: category,
            remedy:
                "Look at what was drawn\(last.map { ", as in \($0)" } ?? ""), and change what the kind is asked for "
                + "(generation.strength, size, place) or the thresholds named. What was drawn is kept, and other thresholds draw only what they need."
        )
    }
}

extension GenerationParameters {
    /// Everything that decides how the tries of a picture go.
    fileprivate func accountIdentity(of picture: String, _ group: UnitGroup) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["picture": .string(picture), "quality": gate?.identity ?? .null]
        if drawer(of: group.request).labelsFromEvidence { members["label"] = .string(labelUnit(of: picture)) }
        return members
    }

    /// The unit that holds the account of a picture.
    ///
    /// - Parameter picture: the unit of its first try.
    func accountUnit(of picture: String, _ group: UnitGroup) -> String {
        String(Digest.sha256(JSONValue.object(accountIdentity(of: picture, group)).canonicalText).prefix(24))
    }
}
