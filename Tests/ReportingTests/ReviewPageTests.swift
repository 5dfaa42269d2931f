import Foundation
import Imaging
import ParameterKit
import Reporting
import Testing

@Suite struct ReviewPageTests {
    private func page(_ name: String) throws -> String {
        var page = ReviewPage(name: name, file: "\(name).rejected.json")
        let picture = Image(width: 400, height: 200, colour: [10, 200, 30])
        let normal = try page.add(normal: picture)
        var mask = Mask(width: 400, height: 200)
        for x in 100..<200 { mask[x, 100] = true }
        for (number, isRejected) in [false, true].enumerated() {
            try page.add(
                ReviewPage.Picture(
                    id: "id\(number)", category: "nut</script>", anomaly: "bent", normal: normal,
                    isRejected: isRejected, image: picture, mask: mask))
        }
        return page.html()
    }

    private func data(_ html: String) throws -> JSONValue {
        let start = try #require(html.range(of: #"id="data">"#)), rest = html[start.upperBound...]
        let end = try #require(rest.range(of: "</script>"))
        return try JSONValue(parsing: Data(rest[..<end.lowerBound].utf8))
    }

    @Test func itHoldsEveryPictureOnceAndSmall() throws {
        let found = try data(page("parts"))
        let pictures = try #require(found["pictures"]?.array)
        #expect(pictures.map { $0["id"]?.string } == ["id0", "id1"])
        #expect(pictures.map { $0["rejected"] } == [false, true] && pictures.map { $0["normal"]?.int } == [0, 0])
        #expect(found["file"]?.string == "parts.rejected.json" && found["normals"]?.array?.count == 1)
        for key in ["image", "label"] {
            let address = try #require(pictures[0][key]?.string)
            let bytes = try #require(Data(base64Encoded: String(address.dropFirst("data:image/jpeg;base64,".count))))
            let shown = try Image(bytes: [UInt8](bytes), name: key)
            #expect(shown.width == 288 && shown.height == 144)
        }
        #expect(pictures[0]["image"] != pictures[0]["label"])
    }

    /// Names are data: none of them becomes markup or ends the script.
    @Test func namesAreEscaped() throws {
        let html = try page(#"<img src=x onerror="alert(1)"> & </script>"#)
        #expect(!html.contains("<img src=x") && html.components(separatedBy: "</script>").count == 3)
        #expect(try data(html)["name"]?.string == #"<img src=x onerror="alert(1)"> & </script>"#)
        #expect(html.contains("default-src 'none'"))
    }
}
