import ModelHub
import StageKit
import Testing

@Suite struct AddressTests {
    @Test func partsOfAnAddress() throws {
        let address = try #require(HubAddress("HTTPS://Hub.Example/base%20path?x=1"))
        #expect(address.isEncrypted && address.host == "hub.example" && address.port == 443)
        #expect(address.target == "/base%20path?x=1")
        #expect(address.origin == "https://hub.example")
        #expect(address.description == "https://hub.example/base%20path", "a query may be a signature")
        #expect(HubAddress("http://[::1]:8080")?.origin == "http://[::1]:8080")
        for text in [
            "", "hub.example", "ftp://hub.example", "https://", "https://me:word@hub.example", "http://x:99999",
        ] {
            #expect(HubAddress(text) == nil, "\(text)")
        }
    }

    private func proxy(_ environment: [String: String], _ address: String) throws -> String? {
        let settings = try HubSettings(environment: environment)
        return settings.proxies.proxy(for: try #require(HubAddress(address))).map { "\($0.host):\($0.port)" }
    }

    @Test func proxiesAreChosenByScheme() throws {
        let both = ["HTTPS_PROXY": "http://a:1", "http_proxy": "b:2"]
        #expect(try proxy(both, "https://x.example") == "a:1")
        #expect(try proxy(both, "http://x.example") == "b:2")
        #expect(try proxy(["ALL_PROXY": "http://c:3"], "https://x.example") == "c:3")
        #expect(try proxy(["HTTPS_PROXY": "http://a:1", "https_proxy": "http://d:4"], "https://x.example") == "d:4")
        #expect(try proxy(["HTTPS_PROXY": ""], "https://x.example") == nil)
    }

    @Test(arguments: [
        ("x.example", true), ("example", true), (".x.example", true), ("*", true), ("other, x.example", true),
        ("x.example:443", true), ("x.example:80", false), ("ample", false), ("y.x.example", false), ("", false),
    ]) func exceptions(list: String, isExcepted: Bool) throws {
        let found = try proxy(["HTTPS_PROXY": "http://a:1", "NO_PROXY": list], "https://x.example")
        #expect((found == nil) == isExcepted)
    }

    @Test func exceptionsOfAddresses() throws {
        let environment = ["HTTP_PROXY": "http://a:1", "NO_PROXY": "::1,[::2]:80,127.0.0.1"]
        for host in ["[::1]", "[::2]", "127.0.0.1"] {
            #expect(try proxy(environment, "http://\(host)") == nil, "\(host)")
        }
        #expect(try proxy(environment, "http://[::3]") == "a:1")
    }

    @Test(arguments: [
        ["HF_ENDPOINT": "hub"], ["HF_ENDPOINT": "https://me:word@hub"], ["HF_TOKEN": "two words"],
        ["HTTPS_PROXY": "socks5://a:1"], ["HTTP_PROXY": "https://a:1"],
    ]) func badSettingsNameTheirVariable(environment: [String: String]) {
        #expect {
            try HubSettings(environment: environment)
        } throws: { error in
            (error as? Failure)?.status == .usage && (error as? Failure)?.place == environment.keys.first
        }
    }

    @Test func offline() throws {
        #expect(try HubSettings(environment: ["HF_HUB_OFFLINE": "1"]).isOffline)
        #expect(try !HubSettings(environment: ["HF_HUB_OFFLINE": "0"]).isOffline)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (14_461, "14.5 kB"), (3_438_167_540, "3.44 GB"),
        (1_059_962, "1.06 MB"), (334_643_276, "335 MB"),
    ]) func amounts(count: Int, text: String) { #expect(ByteText(count).description == text) }
}

@Suite struct KnownModelTests {
    @Test(arguments: KnownModel.all.map(\.name)) func digestsHaveTheirForm(name: String) throws {
        let model = try #require(KnownModel.named(name))
        #expect(model.commit.utf8.count == 40)
        for file in model.files {
            #expect(file.digests.count == 1)
            for digest in file.digests {
                let length = if case .sha256 = digest { 64 } else { 40 }
                #expect(digest.hexadecimal.utf8.count == length, "\(file.path)")
                #expect(digest.hexadecimal.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }, "\(file.path)")
            }
        }
    }

    @Test func whatIsNeededOfThem() throws {
        let pipeline = try FileSelection(try #require(KnownModel.named("sd15")).listing, half: false)
        #expect(pipeline.kind == .diffusion)
        #expect(pipeline.files.compactMap(\.size).reduce(0, +) == 4_266_679_766)
        #expect(!pipeline.files.contains { $0.path.contains("fp16") })
        let halves = try FileSelection(try #require(KnownModel.named("sd15")).listing, half: true)
        #expect(halves.files.filter { $0.path.hasSuffix(".safetensors") }.allSatisfy { $0.path.contains("fp16") })
        let network = try FileSelection(try #require(KnownModel.named("clip-vit-l-14")).listing, half: false)
        #expect(network.kind == .network && network.files.count == 8)
    }
}
