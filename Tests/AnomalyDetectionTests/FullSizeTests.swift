import AnomalyDetection
import ClipModels
import Detectors
import Foundation
import Glibc
import GoldenSupport
import TensorCore
import Testing

/// VLAD on a CLIP of full size, where a folder is given: shapes, memory and times, which thin networks don't show.
///
/// `FLAWSMITH_FULL_CLIP`: a CLIP folder with 24 blocks, as `clip_full_size.py` writes one. `FLAWSMITH_FULL_DEVICE`: cpu
/// (default) or cuda:0, with deterministic algorithms only. What it prints stands in Tests/Benchmarks.
@Suite(
    "VLAD at full size",
    .enabled(if: fullSizeFolder != nil, "set FLAWSMITH_FULL_CLIP to a folder written by clip_full_size.py"))
struct FullSizeTests {
    /// Seconds of processor time, of all threads together: on a machine shared with other programs, with
    /// `OMP_NUM_THREADS=1` so that no thread waits for another, this is the only meaningful time. On a graphics card
    /// seconds of the clock.
    private func time(on device: Device, _ body: () throws -> Void) throws -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(device == .cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        try body()
        return now() - start
    }

    private func say(_ what: String, _ seconds: Double) { say("\(what): \((seconds * 1000).rounded()) ms") }

    private func say(_ what: String) { FileHandle.standardOutput.write(Data("full size: \(what)\n".utf8)) }

    @Test("epochs from the cache, and searches of banks, at 518 pixels")
    func run() throws {
        let folder = try #require(fullSizeFolder)
        let device = try Device.parse(ProcessInfo.processInfo.environment["FLAWSMITH_FULL_DEVICE"] ?? "cpu")
        try Library.setDeterminism(.required)
        defer { try? Library.setDeterminism(.off) }
        let clip = try CLIPFolder(folder).loadModel(device: device)
        let golden = try Golden<VLADGolden>("vlad").description
        try Goldens.withFolder { folder in
            var training = try golden.training(run: "adapter.image+pixel", in: folder)
            training.settings = VLADSettings()
            (training.settings.epochs, training.settings.batch, training.checkpointEvery) = (1, 5, 0)
            training.ensemble.templates = ["a photo of a {}."]
            let pictures = Double(training.samples.count)

            // Without a cache every epoch runs the trunk.
            training.cache.memoryLimit = 0
            func epochs(_ count: Int) throws -> Double {
                training.settings.epochs = count
                return try time(on: device) {
                    let losses = try VLADTrainer.run(training, clip: clip)
                    #expect(losses.count == count && losses.allSatisfy(\.isFinite))
                }
            }
            let start = try epochs(0)
            let recomputed = (try epochs(1) - start) / pictures
            say("a picture of an epoch, its tokens computed again", recomputed)

            training.cache.folder = folder.path + "/cache"
            say("a picture of the first epoch, its tokens written to the cache", (try epochs(1) - start) / pictures)
            let cached = (try epochs(11) - epochs(1)) / 10 / pictures
            say("a picture of an epoch from the cache", cached)
            say("an epoch from the cache is quicker by \(recomputed / cached)")

            var detection = try golden.detection(run: "adapter.image+pixel", in: folder)
            (detection.settings, detection.ensemble, detection.cache) = (
                training.settings, training.ensemble, training.cache
            )
            detection.pictures = training.samples.enumerated().map {
                .init(image: $1.image, map: folder.path + "/map\($0).npy")
            }
            func detect(references: Int) throws -> Double {
                detection.references = (0..<references).map { training.samples[$0 % training.samples.count].image }
                return try time(on: device) {
                    let scores = try VLADDetector.run(detection, clip: clip)
                    #expect(scores.count == detection.pictures.count && scores.allSatisfy { $0.score.isFinite })
                }
            }
            let without = try detect(references: 0)
            say("scores and map of a picture, tokens from the cache, no bank", without / pictures)
            for references in [1, 4] {
                say(
                    "searching \(references) normals for a picture, the bank's making included",
                    (try detect(references: references) - without) / pictures)
            }
            // Beyond 16 normals pictures go through the bank together.
            detection.pictures = (0..<8).map {
                .init(image: training.samples[$0 % 5].image, map: folder.path + "/map\($0).npy")
            }
            let none = try detect(references: 0)
            say(
                "searching 32 normals for one of 8 pictures, the bank's making included",
                (try detect(references: 32) - none) / 8)
            detection.settings.coreset = 0.01
            say(
                "making a coreset of 1% of 32 normals, and searching it for 8 pictures",
                try detect(references: 32) - none)
            say("searching that coreset for a picture", (try detect(references: 32) - none) / 8)
            #expect(try readNPY(detection.pictures[0].map).shape == [37, 37])
        }
    }
}

private let fullSizeFolder = ProcessInfo.processInfo.environment["FLAWSMITH_FULL_CLIP"]
