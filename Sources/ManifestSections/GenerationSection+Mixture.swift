import Generators
package import MethodKit
import ParameterKit

// Which generators draw, and what each of them is asked for.

extension GenerationSection {
    /// The chosen generators with their settings and weights, in the registry's order, where those with networks come
    /// first.
    package var generators: [(generator: any Generator, share: Int)] {
        let shares = mixture ?? [method.name: 1]
        let found = Generators.all.compactMap { type in
            shares[type.name].flatMap { share in
                (tables.method(type.name) as? any Generator).map { (generator: $0, share: share) }
            }
        }
        return found.isEmpty ? [(CUT(), 1)] : found
    }

    /// The first of them: of several the one that has networks, if any has.
    package var generator: any Generator { generators[0].generator }

    /// Names that messages call the choice by.
    package var methodNames: String {
        generators.map { $0.generator.methodName }.joined(separator: " and ")
    }

    /// The generator with its settings, once for each strength that something is drawn with.
    package var dialledGenerators: [any Generator] {
        let all = [anomalies] + overrides.values.compactMap(\.anomalies)
        let strengths = Set(all.joined().map { strength(of: $0) ?? 0.5 }).sorted()
        return generators.flatMap { member in strengths.map { member.generator.dialled(to: $0) } }
    }

    /// The share of pictures, 0...1, that generators with a price draw.
    package var pricedShare: Double {
        let priced = generators.filter { $0.generator.work != nil }.reduce(0) { $0 + $1.share }
        return Double(priced) / Double(generators.reduce(0) { $0 + $1.share })
    }

    /// How the pictures were made, for cards and reports; of several generators each with its share.
    ///
    /// - Parameter models: the models' paths as the manifest has them.
    package func phrase(models: [ModelRole: String]) -> String {
        func own(_ generator: any Generator) -> String {
            generator.phrase(models: models.filter { type(of: generator).models.contains($0.key) })
        }
        guard generators.count > 1 else { return own(generator) }
        let sum = generators.reduce(0) { $0 + $1.share }
        return "A mixture: "
            + generators.map { "\($0.share) of \(sum) by `\($0.generator.methodName)` (\(own($0.generator)))" }
            .joined(separator: ", ")
    }

    /// What soft labels mean; it may depend on the strength.
    package var labelMeaning: String {
        let weakest = dialledGenerators
        guard generators.count > 1 else { return (weakest.first ?? generator).labelMeaning }
        return generators.compactMap { member in
            weakest.first { $0.methodName == member.generator.methodName }.map {
                "Of `\($0.methodName)`: \($0.labelMeaning)"
            }
        }.joined(separator: " ")
    }

    /// An anomaly as it is asked of each generator: its weight, or its part of a counted number, by the generators' shares.
    /// Generators that a small number leaves nothing for are left out.
    package func portions(of anomaly: Anomaly) -> [(method: String?, share: Int, count: Int?)] {
        guard generators.count > 1 else { return [(nil, anomaly.share, anomaly.count)] }
        let names = generators.map { $0.generator.methodName }, shares = generators.map(\.share)
        guard let count = anomaly.count else {
            return zip(names, shares).map { ($0, anomaly.share * $1, nil) }
        }
        return zip(names, Apportionment.counts(of: count, among: shares)).filter { $0.1 > 0 }
            .map { ($0, anomaly.share, $1) }
    }

    var methodPhrase: String {
        generators.count > 1 ? "methods \(methodNames) draw" : "method \(methodNames) draws"
    }

    func checkMixture(_ issues: inout Issues) {
        guard let shares = mixture else { return }
        if issues.isWritten("method") { issues.add("say `method` or `mixture`, not both", at: "mixture") }
        if shares.isEmpty { issues.add("it names no generator", at: "mixture") }
        for name in shares.keys.sorted() {
            guard let generator = tables.method(name) as? any Generator else {
                let known = Generators.all.map { $0.name }
                issues.add("there is no generator `\(name)`; there are \(known.joined(separator: ", "))", at: "mixture")
                continue
            }
            if generator is any TakenGenerator {
                issues.add("`\(name)` makes no pictures; choose it alone, with `method`", at: "mixture")
            }
        }
    }
}

extension MappingRule {
    static let generators = MappingRule(plural: "generators", rule: .name)
}
