import CTorch

/// Where a tensor lives: the processor or one CUDA device.
package enum Device: Hashable, Sendable, CustomStringConvertible {
    case cpu
    case cuda(Int)

    package var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }

    /// How many CUDA devices LibTorch sees; 0 without CUDA.
    package static var cudaCount: Int {
        get throws(TensorError) {
            var count: Int32 = 0
            try check(ctorch_cuda_device_count(&count))
            return Int(count)
        }
    }

    /// Reads `cpu`, `cuda`, `cuda:1` or `auto` (the first CUDA device, else the processor), and checks that the device
    /// is there.
    ///
    /// *Throws* `TensorError.invalidArgument` for other text, `.failed` for a device that is not there.
    package static func parse(_ text: String) throws(TensorError) -> Device {
        if text == "cpu" { return .cpu }
        let count = try cudaCount
        if text == "auto" { return count > 0 ? .cuda(0) : .cpu }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.first == "cuda", parts.count <= 2, let index = parts.count == 1 ? 0 : Int(parts[1]), index >= 0
        else {
            throw TensorError(.invalidArgument, "unknown device “\(text)”: use auto, cpu, cuda or cuda:N")
        }
        guard index < count else {
            throw TensorError(
                .failed,
                "device \(text) is not there: LibTorch \(Library.version) sees \(count) CUDA device\(count == 1 ? "" : "s"); use cpu or auto"
            )
        }
        return .cuda(index)
    }

    /// Waits until everything asked of the device is done.
    package func synchronize() throws(TensorError) {
        try check(ctorch_synchronize(code))
    }

    var code: CTorchDevice {
        switch self {
        case .cpu: CTorchDevice(kind: CTorchCPU, index: 0)
        case .cuda(let index): CTorchDevice(kind: CTorchCUDA, index: Int32(clamping: index))
        }
    }

    init(code: CTorchDevice) {
        self = code.kind == CTorchCUDA ? .cuda(Int(code.index)) : .cpu
    }
}

/// The memory of a CUDA device, in bytes.
package struct DeviceMemory: Sendable, Equatable {
    /// Held by tensors, now and at most since the last reset.
    package var allocated, peakAllocated: Int
    /// Held by LibTorch's allocator, free blocks included.
    package var reserved: Int
    /// Of the whole device, whoever uses it.
    package var free, total: Int
}

extension Device {
    /// The device's memory; nil for the processor.
    package var memory: DeviceMemory? {
        get throws(TensorError) {
            guard self != .cpu else { return nil }
            var figures = CTorchMemory()
            try check(ctorch_cuda_memory(code, &figures))
            return DeviceMemory(
                allocated: Int(figures.allocated), peakAllocated: Int(figures.peak_allocated),
                reserved: Int(figures.reserved),
                free: Int(figures.device_free), total: Int(figures.device_total))
        }
    }

    /// Starts `peakAllocated` anew.
    package func resetPeakMemory() throws(TensorError) {
        if self != .cpu { try check(ctorch_cuda_reset_peak_memory(code)) }
    }

    /// Gives the allocator's free blocks back to the device.
    package func emptyCache() throws(TensorError) {
        if self != .cpu { try check(ctorch_cuda_empty_cache()) }
    }
}
