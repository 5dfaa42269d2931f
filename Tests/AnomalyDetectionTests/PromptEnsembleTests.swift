import AnomalyDetection
import Foundation
import GoldenSupport
import Testing

@Suite("Sentences")
struct PromptEnsembleTests {
    @Test("every state stands in every template")
    func sentences() {
        let ensemble = PromptEnsemble()
        let normal = ensemble.sentences(ensemble.normal, for: "metal nut")
        let abnormal = ensemble.sentences(ensemble.abnormal, for: "metal nut")
        #expect(Set(normal).count == 7 * 35 && Set(abnormal).count == 5 * 35)
        #expect(Set(normal).isDisjoint(with: abnormal))
        #expect(normal.contains("a bad photo of a flawless metal nut."))
        #expect(abnormal.contains("this is one metal nut with damage in the scene."))
        #expect((normal + abnormal).allSatisfy { !$0.contains("{") && !$0.contains("}") })
    }

    @Test("categories are called as one says")
    func names() {
        let spoken = [
            "metal_nut": "metal nut", "metal nut": "metal nut", "pcb3": "pcb", "macaroni1": "macaroni",
            "pipe_fryum": "pipe fryum",
        ]
        for (category, name) in spoken { #expect(PromptEnsemble().name(of: category) == name) }
    }

    private func read(_ text: String) throws -> PromptEnsemble {
        try Goldens.withFolder { folder in
            let file = folder.appendingPathComponent("own.json")
            try Data(text.utf8).write(to: file)
            return try PromptEnsemble(contentsOf: file)
        }
    }

    @Test("a file replaces the lists it holds and adds to the names")
    func file() throws {
        let own = try read(#"{"templates": ["{}"], "abnormal": ["rusty {}"], "names": {"pcb1": "circuit board"}}"#)
        #expect(own.sentences(own.abnormal, for: "nut") == ["rusty nut"])
        #expect(own.normal == PromptEnsemble().normal)
        #expect(own.name(of: "pcb1") == "circuit board" && own.name(of: "pcb2") == "pcb")
    }

    @Test(
        "a file that can't be meant is refused, and says where",
        arguments: [
            (#"{"template": ["{}"]}"#, "\"template\" is none of: normal, abnormal, templates, names"),
            (#"{"templates": ["a photo"]}"#, "templates: \"a photo\" needs {} once, where the state belongs"),
            (#"{"normal": ["{} and {}"]}"#, "normal: \"{} and {}\" needs {} once, where the name belongs"),
            (#"{"abnormal": []}"#, "abnormal is empty"),
            (#"{"names": {"a": 1}}"#, "names.a is not of the form expected"),
            ("[]", "not an object"), ("{", "not JSON"),
        ])
    func refusals(text: String, reason: String) throws {
        #expect {
            _ = try read(text)
        } throws: {
            guard case DetectionError.prompts(_, let found)? = $0 as? DetectionError else { return false }
            return found.hasPrefix(reason)
        }
    }
}
