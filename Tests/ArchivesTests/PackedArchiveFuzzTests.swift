import Archives
import Foundation
import Testing

/// Damaged archives of every kind: read, or refused with an `ArchiveError`; nothing crashes or runs on without end.
@Suite(.timeLimit(.minutes(5))) struct PackedArchiveFuzzTests {
    /// FLAWSMITH_FUZZ_SEED repeats a run.
    private static let seed = ProcessInfo.processInfo.environment["FLAWSMITH_FUZZ_SEED"].flatMap(UInt64.init) ?? 20_261

    @Test(arguments: ["good.tar", "good.tar.gz", "good.tar.xz", "good.tar.zst", "good.zip", "good-stored.zip"])
    func twoThousandDamagedFiles(name: String) throws {
        let whole = try bytes(at: fixture(name)), folder = try TemporaryFolder()
        print("fuzzing \(name) with seed \(Self.seed)")
        var state = Self.seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        var refused = 0
        for _ in 0..<2000 {
            var damaged = whole
            for _ in 0...next(4) { damaged[next(damaged.count)] = [UInt8(next(256)), 0, 0xFF, 0x7F][next(4)] }
            switch next(6) {
            case 0: damaged.removeLast(next(damaged.count))
            case 1:
                let start = next(damaged.count)
                damaged.removeSubrange(start..<start + next(min(600, damaged.count - start)))
            case 2:
                let start = next(damaged.count)
                damaged.insert(contentsOf: damaged[start..<start + next(min(600, damaged.count - start))], at: start)
            default: break
            }
            let path = try folder.write("damaged", damaged)
            do throws(ArchiveError) {
                var limits = ArchiveLimits()
                limits.totalBytes = 1 << 24
                let source = try openFileSource(path, limits: limits)
                while try source.next() != nil { _ = try source.contents() }
            } catch {
                #expect(error.description.contains("damaged"))
                refused += 1
            }
        }
        #expect(refused > 200)
    }
}
