import EvaluationMetrics
import Foundation
import Glibc
import Testing

/// Measures; asserts nothing. `Tests/Benchmarks/metrics_peers.py` draws the maps, runs it and reads the line that it
/// prints.
@Suite("Pixel benchmark", .enabled(if: ProcessInfo.processInfo.environment["FLAWSMITH_BENCHMARK"] != nil))
struct PixelBenchmark {
    private static let side = 1024

    /// The time is of `add` and `results`; reading the files is left out. All PRO variants would take their time too,
    /// so it is the exact one.
    @Test("One MVTec AD category at native size")
    func category() throws {
        let environment = ProcessInfo.processInfo.environment
        let folder = URL(fileURLWithPath: environment["FLAWSMITH_BENCHMARK"] ?? "")
        let images = environment["FLAWSMITH_BENCHMARK_IMAGES"].flatMap { Int($0) } ?? 160
        let maps = try FileHandle(forReadingFrom: folder.appending(path: "maps.f32"))
        let masks = try FileHandle(forReadingFrom: folder.appending(path: "masks.u8"))
        let pixels = Self.side * Self.side
        var evaluation = PixelEvaluation()
        var (wall, processor) = (Duration.zero, 0.0)
        for _ in 0..<images {
            let map = try #require(try maps.read(upToCount: 4 * pixels)).withUnsafeBytes {
                Array($0.bindMemory(to: Float.self))
            }
            let mask = [UInt8](try #require(try masks.read(upToCount: pixels)))
            let before = Self.processorSeconds
            wall += try ContinuousClock().measure {
                try evaluation.add(
                    map: map, mask: mask.contains { $0 != 0 } ? mask : nil, width: Self.side, height: Self.side)
            }
            processor += Self.processorSeconds - before
        }
        let (start, before) = (ContinuousClock.now, Self.processorSeconds)
        let metrics = evaluation.results()
        wall += start.duration(to: .now)
        processor += Self.processorSeconds - before
        let values = [
            "P-AUROC": metrics.ranking.auroc, "P-F1max": metrics.ranking.f1Max,
            "P-AP": metrics.ranking.averagePrecision,
            "PRO": metrics.pro[.exact],
        ]
        let line: [String: Any] = [
            "wall": wall / .seconds(1), "processor": processor, "peak": Self.peakBytes,
            "values": values.compactMapValues { $0 },
        ]
        print(String(decoding: try JSONSerialization.data(withJSONObject: line), as: UTF8.self))
    }

    private static var usage: rusage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    /// Of all threads, user and system.
    private static var processorSeconds: Double {
        [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
    }

    private static var peakBytes: Int { Int(usage.ru_maxrss) * 1024 }
}
