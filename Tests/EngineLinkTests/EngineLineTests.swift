import EngineLink
import Foundation
import Glibc
import Testing

@Suite struct EngineLineTests {
    @Test func linesAreSortedAndOnOneLine() throws {
        let request = EngineRequest(id: 3, operation: .inspect(InspectRequest(kind: .clip, model: "/a/b\nc")))
        let line = try EngineLine.encode(request)
        #expect(
            String(decoding: line, as: UTF8.self)
                == #"{"id":3,"operation":{"inspect":{"_0":{"kind":"clip","model":"/a/b\nc"}}},"version":5}"# + "\n")
        let back: EngineRequest = try EngineLine.decode(from: Array(line.dropLast()))
        guard case .inspect(let inspect) = back.operation else { return #expect(Bool(false), "another operation") }
        #expect(inspect.model == "/a/b\nc")
    }

    @Test func numbersThatAreNotFiniteTravel() throws {
        let bench = BenchResult(seconds: ["text": [.nan, .infinity, -.infinity, 0.1]], peakMemory: 1)
        let event = EngineEvent(id: 1, body: .result(.bench(bench)))
        let back: EngineEvent = try EngineLine.decode(from: EngineLine.encode(event))
        guard case .result(.bench(let result)) = back.body, let loss = result.seconds["text"] else {
            return #expect(Bool(false), "another event")
        }
        #expect(loss[0].isNaN)
        #expect(Array(loss[1...]) == [.infinity, -.infinity, 0.1])
    }

    @Test func nothingDecodedCrashes() throws {
        let event = EngineEvent(id: 12, body: .failure(EngineFailure(kind: .io, message: "ä \"quoted\"")))
        let line = try EngineLine.encode(event)
        var random = SplitMix(state: 7)
        for _ in 0..<2000 {
            var mutant = line
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                mutant[Int.random(in: 0..<mutant.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            if let error = failure({ _ = try EngineLine.decode(EngineEvent.self, from: mutant) }) {
                #expect(error.kind == .internalError)
            }
        }
    }

    @Test func readsLinesInPieces() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        var reader = LineReader(ends[0], mostBytes: 10)
        func send(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } }
        send("one\ntwo\n\nhal")
        #expect(try reader.next() == .line(Array("one".utf8)))
        #expect(try reader.next() == .line(Array("two".utf8)))
        #expect(try reader.next() == .line([]))
        #expect(try reader.next(milliseconds: 0) == .timeout)
        send("f\nrest")
        #expect(try reader.next() == .line(Array("half".utf8)))
        close(ends[1])
        #expect(try reader.next() == .end)
        close(ends[0])
    }

    @Test func boundsALine() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        var reader = LineReader(ends[0], mostBytes: 10)
        _ = Array("0123456789abc".utf8).withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
        #expect(failure { _ = try reader.next() }?.kind == .internalError)
        close(ends[0])
        close(ends[1])
    }
}

/// A small generator (splitmix64, Steele et al. 2014), so that a failing case can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
