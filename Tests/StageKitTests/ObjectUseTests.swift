import Foundation
import ParameterKit
import StageKit
import Testing

/// Many may read an object; whoever makes it is alone.
@Suite struct ObjectUseTests {
    private func begun() throws -> (TemporaryStore, StoredObject) {
        let place = try TemporaryStore()
        let object = place.store.object(ObjectIdentity(stage: "x", version: 1, asked: [:], inputs: [:]))
        try DurableFile.makeFolder(object.folder)
        return (place, object)
    }

    @Test func readersShareAndMakersDoNot() throws {
        let (place, object) = try begun()
        defer { withExtendedLifetime(place) {} }
        let one = try ObjectUse.reading(object), other = try ObjectUse.reading(object)
        let refused = #expect(throws: Failure.self) { try ObjectUse.making(object) }
        #expect(refused?.status == .busy && refused?.remedy?.contains("--wait") == true)
        one.release()
        #expect(throws: Failure.self) { try ObjectUse.making(object) }
        other.release()
        let maker = try ObjectUse.making(object)
        #expect(throws: Failure.self) { try ObjectUse.reading(object) }
        #expect(throws: Failure.self) { try ObjectUse.making(object) }
        maker.release()
        try ObjectUse.reading(object).release()
    }

    @Test func aFolderThatIsNotThereIsSaid() throws {
        let (place, object) = try begun()
        defer { withExtendedLifetime(place) {} }
        try FileManager.default.removeItem(at: object.folder)
        let failure = #expect(throws: Failure.self) { try ObjectUse.reading(object) }
        #expect(failure?.status == .inputMissing)
    }
}
