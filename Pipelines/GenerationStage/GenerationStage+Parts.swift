import EngineLink
import Foundation
import StageKit

extension GenerationParameters {
    /// The groups of a sample, each of which any process can make.
    ///
    /// - Parameter inputs: finished objects under the roles `ingest`, `sample` and `foreground`.
    func parts(
        category: String, inputs: [String: StoredObject], store: ArtifactStore, engines: EnginePool
    ) throws -> [JobPart] {
        try groups(inputs: inputs).groups.map { group in
            let ids = ids(of: group, category: category), listed = Array(ids.prefix(group.listed))
            if gate != nil {
                // Which tries a picture takes isn't known before; its account is there once that is.
                let accounts = listed.map { accountUnit(of: $0, group) }
                return JobPart(name: accounts[0], units: accounts, pictures: group.listed) { context, progress in
                    try GenerationRun(context: context, category: category, parameters: self, engines: engines)
                        .members(of: group, progress: progress).missing
                }
            }
            let labels = drawer(of: group.request).labelsFromEvidence ? listed.map { labelUnit(of: $0) } : []
            return JobPart(name: ids[0], units: listed + labels, pictures: group.listed) { context, progress in
                try GenerationRun(context: context, category: category, parameters: self, engines: engines)
                    .members(of: group, progress: progress).missing
            }
        }
    }
}
