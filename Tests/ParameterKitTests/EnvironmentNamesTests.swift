import Glibc
import ParameterKit
import Testing

@Suite struct EnvironmentNamesTests {
    /// Set for this suite alone.
    private let name = "FLAWSMITH_TESTED_\(UInt32.random(in: 0 ... .max))"
    init() { setenv(name, "/data/sets", 1) }

    @Test func namesAndTheHomeFolderAreReadAsAShellReadsThem() throws {
        let home = try #require(getenv("HOME").map { String(cString: $0) })
        #expect(EnvironmentNames.expanded("~") == home)
        #expect(EnvironmentNames.expanded("~/parts") == home + "/parts")
        #expect(EnvironmentNames.expanded("$\(name)/mvtec") == "/data/sets/mvtec")
        #expect(EnvironmentNames.expanded("a/${\(name)}b/$\(name)") == "a//data/setsb//data/sets")
        // What isn't meant, or isn't set, stays.
        for path in ["a~/b", "~other/x", "cost$", "$5", "${", "${x", "a$-b", "$NOT_SET_\(name)/x"] {
            #expect(EnvironmentNames.expanded(path) == path)
        }
    }

    @Test func whatIsNotSetIsNamed() {
        #expect(EnvironmentNames.unset(in: "$NO_\(name)/a/${NO_\(name)}/$\(name)/$5") == ["NO_\(name)"])
        #expect(EnvironmentNames.unset(in: "~/a").isEmpty)
    }

    @Test func pathsOfManifestsAreExpanded() {
        let path = ManifestPath.read(.string("$\(name)/x"), Reading(directory: "/home/me"))
        #expect(path?.written == "$\(name)/x" && path?.absolute == "/data/sets/x")
        #expect(ManifestPath.read("x", Reading(directory: "/home/me"))?.absolute == "/home/me/x")
    }
}
