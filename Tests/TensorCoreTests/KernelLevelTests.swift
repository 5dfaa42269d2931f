import TensorCore
import Testing

/// Every kernel as it is compiled for each kind of processor (`KernelCheck`), against LibTorch in float64.
@Suite struct KernelLevelTests {
    private static func missing(_ level: Kernels.Level) -> Comment {
        "this processor can't run what is compiled for \(level), but up to \(Kernels.Level.best)"
    }

    @Test(arguments: KernelCheck.all)
    func baseline(check: KernelCheck) throws { try check.run(.baseline) }

    @Test(.enabled(if: Kernels.Level.avx2.isAvailable, missing(.avx2)), arguments: KernelCheck.all)
    func avx2(check: KernelCheck) throws { try check.run(.avx2) }

    @Test(.enabled(if: Kernels.Level.avx512.isAvailable, missing(.avx512)), arguments: KernelCheck.all)
    func avx512(check: KernelCheck) throws { try check.run(.avx512) }

    /// New levels must be added to these tests.
    @Test func thereAreNoOthers() { #expect(Kernels.Level.allCases == [.baseline, .avx2, .avx512]) }

    // MARK: - The choice

    /// Without fused products the last bits differ, which shows that the choice reaches the kernels, including those on
    /// other threads.
    @Test(.enabled(if: Kernels.Level.avx2.isAvailable, missing(.avx2)))
    func aLevelIsWhatRuns() throws {
        let inputs = try KernelCheck.heads(.float32, Generator(seed: 11))
        func attend(_ level: Kernels.Level) throws -> [Float] {
            try Library.withKernels(level: level) {
                #expect(Library.kernelLevel == level)
                return try Tensor.scaledDotProductAttention(inputs[0], inputs[1], inputs[2]).floats()
            }
        }
        let (plain, fused) = (try attend(.baseline), try attend(.avx2))
        #expect(try attend(.baseline) == plain && attend(.avx2) == fused)
        // In the last head, too, which is another thread's where there are two.
        let head = 300 * 40
        #expect(plain.count == 3 * head && plain.prefix(head) != fused.prefix(head))
        #expect(plain.suffix(head) != fused.suffix(head))
        #expect(Library.kernelLevel == .best)
    }

    @Test(.enabled(if: Kernels.Level.best != .avx512, "this processor has every level: there is none to refuse"))
    func aLevelThatTheProcessorLacksIsRefused() throws {
        #expect(throws: TensorError.self) { try Library.withKernels(level: .avx512) {} }
        #expect(Library.kernelLevel == .best)
    }
}
