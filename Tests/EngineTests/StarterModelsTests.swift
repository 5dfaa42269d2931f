import Foundation
import Testing

@Suite("Starter models")
struct StarterModelsTests {
    let program: EngineProgram

    init() throws { program = try EngineProgram() }

    func write(_ name: String, seed: Int = 0) throws -> (status: Int32, output: String) {
        let result = try EngineProgram.run(["starter-models", "--to", program.path(name), "--seed", "\(seed)"])
        return (result.status, result.output)
    }

    @Test("The same seed gives the same bytes, another seed other weights; nothing else is left in the folder")
    func bytes() throws {
        #expect(try write("one").status == 0)
        #expect(try write("two").status == 0)
        #expect(try write("other", seed: 7).status == 0)
        let (one, two, other) = (
            try EngineProgram.files(program.folder.appending(path: "one")),
            try EngineProgram.files(program.folder.appending(path: "two")),
            try EngineProgram.files(program.folder.appending(path: "other"))
        )
        #expect(one == two)
        #expect(one.keys.sorted() == other.keys.sorted())
        let weights = one.keys.filter { $0.hasSuffix(".safetensors") }
        #expect(weights.count >= 2)
        for file in weights { #expect(one[file] != other[file], "\(file)") }
        #expect(Set(one.keys.map { $0.split(separator: "/")[0] }) == ["diffusion", "clip"])
        for model in ["diffusion", "clip"] {
            let mark = try #require(one["\(model)/flawsmith.json"])
            #expect(String(decoding: mark, as: UTF8.self).contains("\"trained\" : false"))
            #expect(one["\(model)/README.md"] != nil)
        }
    }

    @Test("What is there already is left alone, a model of another seed is replaced, a user's own never")
    func again() throws {
        _ = try write("models")
        let folder = program.folder.appending(path: "models")
        let first = try EngineProgram.files(folder)
        #expect(try write("models").output.contains("is there already"))
        #expect(try EngineProgram.files(folder) == first)
        #expect(try write("models", seed: 1).output.contains("wrote"))
        #expect(try EngineProgram.files(folder) != first)

        let own = folder.appending(path: "clip/flawsmith.json")
        try Data(#"{"trained": true}"#.utf8).write(to: own)
        let trained = try EngineProgram.files(folder)
        #expect(try write("models", seed: 2).status == 0)
        #expect(
            try EngineProgram.files(folder).filter { $0.key.hasPrefix("clip") }
                == trained.filter { $0.key.hasPrefix("clip") })
    }

    @Test("A folder that can't be made, and wrong words, are told by the exit code")
    func refused() throws {
        let file = program.folder.appending(path: "file")
        try Data().write(to: file)
        #expect(try write("file/below").status == 73)
        #expect(try EngineProgram.run(["starter-models"]).status == 64)
        #expect(try EngineProgram.run(["starter-models", "--to", program.path("x"), "--seed", "-1"]).status == 64)
        #expect(try EngineProgram.run(["starter-models", "--to", program.path("x"), "more"]).status == 64)
    }
}
