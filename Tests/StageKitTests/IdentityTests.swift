import Foundation
import ParameterKit
import StageKit
import Testing

@Suite struct IdentityTests {
    @Test func canonicalTextDoesNotDependOnOrderOrSpelling() throws {
        let one = try JSONValue(parsing: Data(#"{"b": 1.0, "a": [true, null, "ü/\n"], "c": 0.25}"#.utf8))
        let two = try JSONValue(parsing: Data(#"{"c":2.5e-1,"a":[true,null,"\u00fc\/\n"],"b":1}"#.utf8))
        #expect(one.canonicalText == two.canonicalText)
        #expect(one.canonicalText == #"{"a":[true,null,"ü/\n"],"b":1,"c":0.25}"#)
    }

    @Test func prettyTextReadsBackToTheSameValue() throws {
        let value: JSONValue = ["list": [1, 2, 3], "empty": [], "nested": ["a": ["b": "quote \" and \u{1}"]]]
        #expect(try JSONValue(parsing: Data(value.prettyText.utf8)) == value)
    }

    @Test func nameIsStageVersionAndHash() {
        let identity = ObjectIdentity(stage: "sample", version: 3, asked: ["k": 1], inputs: ["ingest": "ingest-v1-abc"])
        #expect(identity.name.wholeMatch(of: /sample-v3-[0-9a-f]{12}/) != nil)
        var other = identity
        other.inputs["ingest"] = "ingest-v1-abd"
        #expect(other.name != identity.name)
        #expect(ObjectIdentity(json: identity.json) == identity)
    }

    @Test func changesAreSaidInTheWordsOfTheManifest() {
        let old = ObjectIdentity(
            stage: "generate", version: 1, asked: ["steps": 200, "guidance": ["strength": 10]], inputs: ["sample": "a"])
        let new = ObjectIdentity(
            stage: "generate", version: 2, asked: ["steps": 50, "guidance": ["strength": 10], "mask": true],
            inputs: ["sample": "b"])
        #expect(
            new.changes(since: old) == [
                "stage version: 1 → 2", "mask: absent → true", "steps: 200 → 50", "its input sample changed",
            ])
    }

    /// SHA-256 of "abc" from FIPS 180-2, appendix B.1; its first four bytes as a seed.
    @Test func digests() throws {
        #expect(Digest.sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest.seed("abc") == 0xba78_16bf)
        var streamed = StreamingDigest()
        streamed.update(Data("a".utf8))
        streamed.update(Data("bc".utf8))
        #expect(streamed.hexadecimal() == Digest.sha256("abc"))
    }
}
