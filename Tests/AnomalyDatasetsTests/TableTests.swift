import AnomalyDatasets
import Testing

@Suite struct TableTests {
    @Test func linesEndWithCarriageReturnToo() throws {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "1,", "\"x,y\",\"say \"\"no\"\"\"", ""].joined(separator: end)
            let table = try CSVTable(Array(text.utf8), name: "t.csv")
            #expect(table.header == ["a", "b"])
            #expect(table.rows == [["1", ""], ["x,y", "say \"no\""]])
        }
        #expect(try CSVTable([0xEF, 0xBB, 0xBF] + Array("a,b\n1,2".utf8), name: "t.csv").header == ["a", "b"])
    }

    @Test func brokenTablesAreErrors() {
        for text in ["", "a,b\n1\n", "a,b\n\"1,2\n", "a\n\u{0}\n\"x"] {
            #expect(throws: DatasetError.self, "\(text.debugDescription)") {
                try CSVTable(Array(text.utf8), name: "t.csv")
            }
        }
        #expect(throws: DatasetError.self) { try CSVTable([0x61, 0x0A, 0xFF], name: "t.csv") }
    }

    @Test func visaSplitTable() throws {
        let text =
            "object,split,label,image,mask\r\n" + "candle,train,normal,candle/Data/Images/Normal/0000.JPG,\r\n"
            + "candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png\r\n"
        let rows = try #require(try VisASplitTable(Array(text.utf8)).rows["candle"])
        #expect(rows.map(\.split) == [.train, .test])
        #expect(rows.map(\.anomalous) == [false, true])
        #expect(rows.map(\.image) == ["Data/Images/Normal/0000.JPG", "Data/Images/Anomaly/000.JPG"])
        #expect(rows.map(\.mask) == [nil, "Data/Masks/Anomaly/000.png"])
        for (old, new) in [
            ("split", "part"), ("train", "val"), ("normal,", "fine,"), (",candle/Data/Images/Normal", ",pcb1/Data"),
        ] {
            let broken = text.replacing(old, with: new, maxReplacements: 1)
            #expect(throws: DatasetError.self, "\(new)") { try VisASplitTable(Array(broken.utf8)) }
        }
    }

    @Test func visaLabelsBecomeFolderNames() throws {
        let text =
            "image,label,mask\r\ncandle/Data/Images/Normal/0000.JPG,normal,\r\n"
            + "candle/Data/Images/Anomaly/000.JPG,\"melded wax,chunk of wax missing,melded wax\",m\r\n"
        let table = try VisALabelTable(Array(text.utf8), category: "candle")
        #expect(table.defects == ["Data/Images/Anomaly/000.JPG": "chunk_of_wax_missing+melded_wax"])
    }
}
