import Reporting
import Testing

@Suite("Sheet of scores")
struct ScoreSheetTests {
    @Test("Columns are fixed, digits are whole, names are quoted where they must be")
    func csv() {
        let sheet = ScoreSheet(
            detectors: ["vlad", "wide"],
            lines: [
                .init(
                    picture: "nut/test/good/000", category: "nut", anomalous: false, kind: "good", shots: "1", seed: 3,
                    scores: [0.1, 1.0 / 3]),
                .init(
                    picture: "a,b/test/\"x\"/000", category: "a,b", anomalous: true, kind: "\"x\"", shots: "full",
                    seed: 0, scores: [2, nil]),
            ])
        #expect(
            sheet.csv == """
                picture,category,label,kind,shots,seed,score_vlad,score_wide\r
                nut/test/good/000,nut,good,good,1,3,0.1,0.3333333333333333\r
                "a,b/test/""x""/000","a,b",defective,\"""x\""",full,0,2.0,\r

                """)
    }
}
