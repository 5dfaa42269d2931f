import Foundation
import NeuralNet
import TensorCore
import Testing

@Suite("Safetensors files")
struct SafetensorsFileTests {
    let scratch: ScratchFolder

    init() throws { scratch = try ScratchFolder() }

    @Test("What is written comes back: shapes, dtypes, values, metadata")
    func roundTrip() throws {
        let tensors = [
            "a.weight": try Tensor.randn([3, 5], generator: Generator(seed: 1)),
            "half": try Tensor([1.5, -2] as [Float]).to(.float16),
            "brain": try Tensor([0.5] as [Float]).to(.bfloat16), "scalar": try Tensor([4.25] as [Double], []),
            "ids": try Tensor([1, -2, 3]), "mask": try Tensor([true, false, true]), "bytes": try Tensor([7] as [UInt8]),
            "empty": try Tensor.zeros([0, 4]), "a\"quote\\ and ü\n": try Tensor.ones([2]),
        ]
        let path = "\(scratch.path)/all.safetensors"
        try SafetensorsWriter.write(tensors, to: path, metadata: ["made by": "a test", "empty": ""])
        let file = try SafetensorsFile(path)
        #expect(file.metadata == ["made by": "a test", "empty": ""])
        #expect(file.keys == tensors.keys.sorted())
        for (name, tensor) in tensors {
            let read = try file.tensor(name)
            #expect(read.shape == tensor.shape && file.shapes[name] == tensor.shape, "\(name)")
            #expect(try read.dtype == tensor.dtype && file.dtype(name) == tensor.dtype, "\(name)")
            #expect(try read.bytes() == tensor.bytes(), "\(name)")
        }
        #expect(FileManager.default.contents(atPath: path + ".tmp") == nil)
    }

    @Test("The same tensors give the same bytes, and fp16 halves floating-point ones only")
    func deterministic() throws {
        let tensors = [
            "w": try Tensor.randn([8, 8], generator: Generator(seed: 3)), "b": try Tensor.zeros([8]),
            "ids": try Tensor.arange(4),
        ]
        for (index, dtype) in [DType?.none, .float16].enumerated() {
            let paths = (0..<2).map { "\(scratch.path)/\(index)-\($0).safetensors" }
            for path in paths { try SafetensorsWriter.write(tensors, to: path, dtype: dtype) }
            #expect(FileManager.default.contents(atPath: paths[0]) == FileManager.default.contents(atPath: paths[1]))
            let file = try SafetensorsFile(paths[0])
            #expect(file.dtype("w") == dtype ?? .float32)
            #expect(file.dtype("ids") == .int64)
        }
    }

    @Test("A header written by hand, with escapes and spaces at its end")
    func byHand() throws {
        let header =
            #" {"__metadata__":{"k":"v"}, "\u00fc\ud83d\ude00\n": {"shape":[1, 2],"dtype":"F32","data_offsets":[0,8]}}   "#
        let file = try SafetensorsFile(scratch.safetensors(String(header.dropFirst()), data: 8))
        #expect(file.keys == ["ü😀\n"])
    }

    /// Headers with one thing wrong, the bytes of data, and a word of the message.
    static let hostile: [(header: String, data: Int, says: String)] = [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "cut off"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 12, "belong to none"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "takes 8 bytes"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, "belong to no tensor"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            4, "overlaps"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
            6, "overlaps"
        ),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "not [begin, end]"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "not [begin, end]"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            4, "twice"
        ),
        (#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "twice"),
        (#"{"__metadata__":{"k":"1","k":"2"}}"#, 0, "twice"),
        (#"{"__metadata__":{"k":1}}"#, 0, "expected"),
        (#"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, 4, "not supported"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "whole number"),
        (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, "expected"),
        (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, 4, "whole number"),
        (
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,4]}}"#, 4,
            "larger than any memory"
        ),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 0, "needs dtype, shape and data_offsets"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":{}}}"#, 4, "unknown key"),
        (#"{"a":[[[[[[[[[[[[[[[["#, 0, "expected"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} {}"#, 4, "more text"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, 4, "expected"),
        (#"{"\ud83d":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "surrogate"),
        (#"[]"#, 0, "begins with {"),
        ("", 0, "begins with {"),
    ]

    @Test("Hostile headers are refused, each with its reason", arguments: hostile.indices)
    func refused(_ index: Int) throws {
        let (header, data, says) = Self.hostile[index]
        let path = try scratch.safetensors(header, data: data)
        let error = try #require(weightsError { _ = try SafetensorsFile(path) })
        #expect(error.kind == .badData)
        #expect(error.path == path)
        #expect(error.reason.contains(says), "\(error.reason)")
    }

    @Test("Lengths that lie, text that isn't UTF-8, files too short")
    func raw() throws {
        for (bytes, says) in [
            ([UInt8](repeating: 0, count: 7), "too few"), ([], "too few"),
            ([UInt8](repeating: 0xFF, count: 16), "100 MB"),
            ([100, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "ends before"),
            ([5, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xFF, 0xFE] + Array("\"".utf8), "UTF-8"),
        ] as [([UInt8], String)] {
            let path = try scratch.file("raw.safetensors", bytes)
            let error = try #require(weightsError { _ = try SafetensorsFile(path) })
            #expect(error.kind == .badData && error.reason.contains(says), "\(error)")
        }
        #expect(weightsError { _ = try SafetensorsFile("\(scratch.path)/none.safetensors") }?.kind == .inputMissing)
        #expect(weightsError { _ = try SafetensorsFile(scratch.path) }?.kind == .badData)
    }

    @Test("Pickles are refused with the way to convert them, whatever they are called")
    func pickles() throws {
        let zip = try scratch.file("model.safetensors", [0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 0, count: 40))
        let bare = try scratch.file("model.ckpt", [0x80, 0x02, 0x8A, 0x0A] + [UInt8](repeating: 0, count: 40))
        for path in [zip, bare] {
            let error = try #require(weightsError { _ = try SafetensorsFile(path) })
            #expect(error.kind == .badData && error.reason.contains("safetensors.torch.save_file"))
        }
        // A header of 640 bytes begins with the bytes 80 02 too: it is no pickle.
        let header = #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
        let long = header + String(repeating: " ", count: 640 - header.utf8.count)
        #expect(try SafetensorsFile(scratch.safetensors(long, data: 1)).keys == ["a"])
    }

    @Test("5,000 damaged headers: a typed error or a file that holds together, never a crash")
    func fuzz() throws {
        let good = Array(
            #"{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}"#
                .utf8)
        var state: UInt64 = 1
        func random(_ bound: Int) -> Int {  // Knuth's MMIX generator
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let alphabet = Array(#"{}[]",:0123456789\u-. aFU8"#.utf8) + [0, 0x1F, 0x80, 0xC3, 0xFF]
        var opened = 0
        for _ in 0..<5000 {
            var header = good
            for _ in 0...random(3) {
                switch random(4) {
                case 0: header[random(header.count)] = alphabet[random(alphabet.count)]
                case 1: header.remove(at: random(header.count))
                case 2: header.insert(alphabet[random(alphabet.count)], at: random(header.count))
                default:
                    let start = random(header.count)
                    header.insert(
                        contentsOf: header[start..<min(start + random(40), header.count)], at: random(header.count))
                }
            }
            let path = try scratch.safetensors(header, data: 11)
            do {
                let file = try SafetensorsFile(path)
                for key in file.keys { _ = try file.tensor(key) }
                opened += 1
            } catch let error as WeightsError {
                #expect(error.kind == .badData)
            }
        }
        #expect(opened < 2500)
    }
}
