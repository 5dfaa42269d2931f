import Foundation
import Glibc
import HubServer
import Testing

extension ProgramTests {
    /// `flawsmith fetch` as a user gives it, against a hub on loopback.
    @Suite struct FetchProgramTests {
        private static let unet = "unet/diffusion_pytorch_model.safetensors"

        private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "flawsmith-fetch-\(UInt64.random(in: 0 ... .max))")

        private func environment(_ server: LoopbackServer, _ more: [String: String] = [:]) -> [String: String] {
            [
                "HF_ENDPOINT": "http://127.0.0.1:\(server.port)", "HF_TOKEN": "hf_secret", "HTTP_PROXY": "",
                "http_proxy": "",
            ]
            .merging(more) { $1 }
        }

        @Test func killedAndGivenAgain() throws {
            defer { try? FileManager.default.removeItem(at: folder) }
            let whole = FakeHub.pipeline[Self.unet] ?? []
            var hub = FakeHub()
            hub.deviation = { request in
                guard request.path.hasSuffix(Self.unet), request.earlier == 0 else { return nil }
                var steps = FakeHub.serve(whole, to: request)
                steps.removeLast()
                return steps + [.send(Array(whole.prefix(120_000))), .stall]
            }
            let server = try LoopbackServer(script: hub.script)
            defer { server.stop() }
            let arguments = ["fetch", FakeHub.repository, "--to", folder.path]
            let running = try Program.start(arguments, environment: environment(server))
            let part = folder.appendingPathComponent("unet/.diffusion_pytorch_model.safetensors.part").path
            for _ in 0..<3000 where running.process.isRunning {
                let size = (try? FileManager.default.attributesOfItem(atPath: part))?[.size] as? Int
                if size == 120_000 { break }
                usleep(20_000)
            }
            running.kill(SIGKILL)
            #expect(try running.wait().status == 128 + SIGKILL)
            #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent(Self.unet).path))

            let again = try Program.run(arguments, environment: environment(server))
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.errors.contains("licence: openrail"))
            #expect(again.errors.contains("goes on at 120 kB"))
            #expect(!(again.errors + again.output).contains("hf_secret"))
            #expect(try Data(contentsOf: folder.appendingPathComponent(Self.unet)) == Data(whole))
            let asked = server.requests.filter { $0.path.hasSuffix(Self.unet) }
            #expect(asked.map { $0.headers["range"] } == [nil, "bytes=120000-"])
        }

        @Test func offlineAsksNobody() throws {
            let server = try LoopbackServer(script: FakeHub().script)
            defer { server.stop() }
            let proxy = ["HTTPS_PROXY": "http://127.0.0.1:\(server.port)", "HF_ENDPOINT": "https://hub.invalid"]
            let listed = try Program.run(["fetch", "sd15", "--offline", "--to", folder.path], environment: proxy)
            #expect(listed.status == 0)
            #expect(
                listed.output.contains("unet/diffusion_pytorch_model.safetensors") && listed.output.contains("3.44 GB"))
            #expect(listed.output.contains("4.27 GB to fetch"))
            let unknown = try Program.run(
                ["fetch", "some/model", "--to", folder.path], environment: proxy.merging(["HF_HUB_OFFLINE": "1"]) { $1 }
            )
            #expect(unknown.status == 0 && unknown.output.contains("not known here"))
            #expect(server.requests.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }

        @Test(arguments: [(404, Int32(66)), (403, 69), (429, 75)]) func exitCodes(status: Int, code: Int32) throws {
            defer { try? FileManager.default.removeItem(at: folder) }
            var hub = FakeHub()
            hub.deviation = { _ in FakeHub.answer(status, [], "Retry-After: 100000\r\n") }
            let server = try LoopbackServer(script: hub.script)
            defer { server.stop() }
            let outcome = try Program.run(
                ["fetch", FakeHub.repository, "--to", folder.path], environment: environment(server))
            #expect(outcome.status == code, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }

        @Test func theManualPageHasEveryCommand() throws {
            let page = try Program.run(["manual"]).output
            for command in ["run", "plan", "status", "fetch", "evaluate"] {
                #expect(page.contains(".SS flawsmith \(command)"), "\(command)")
            }
            #expect(page.hasPrefix(".TH FLAWSMITH 1"))
            #expect(page.contains(".B \\-\\-offline"))
        }
    }
}
