import ParameterKit
import Testing

/// A section inside another, with a default that depends on the one around.
private struct Brush: Parameters {
    @Key("Radius in pixels.", .in(0...100)) var radius = 2
    @Key(
        "Half the canvas.", .in(0...1000),
        else: .from("half of `width`") { (canvas: Canvas) in canvas.width / 2 })
    var reach = 50
    @Key("Colours.", .each(.in(0...255), count: 1...4)) var colours = [0, 128]

    func check(_ issues: inout Issues) {
        if radius > reach { issues.add("\(radius) is more than reach, \(reach)", at: $radius) }
    }
}

private enum Paper: String, KeyChoice {
    case plain, rough
    var doc: String { self == .plain ? "smooth" : "with grain" }
}

private struct Canvas: Parameters {
    @Key("Which paper.", affects: .nothing) var paper = Paper.plain
    @Key("Pixels across.", .in(1...1000), at: [Paper.rough: 40]) var width = 100
    @Key("How dense.", .above(0, to: 1), affects: .scoring) var opacity = 0.5
    @Key("What it is called.", .optional(.text(.name))) var title: String? = nil
    @Key("Where light comes from.", .or("none", "no light", .in(0...360))) var light: Int? = nil
    @Key("What draws.") var brush = Brush()
    @Key("Exact.", .from(0, to: 10)) var gamma = DecimalNumber(coefficient: 25, exponent: -2)
    @Key("A file.", .optional(.path), affects: .nothing) var file: ManifestPath? = nil
}

@Suite struct ParametersTests {
    @Test func nothingWrittenIsTheDefault() throws {
        let canvas = try Canvas(json: [:])
        #expect(canvas == Canvas())
        #expect(canvas.asked() == [:])
        #expect(canvas.brush.reach == 50)
    }

    @Test func presetsAndComputedDefaultsSeeWhatStandsBefore() throws {
        let rough = try Canvas(json: ["paper": "rough"])
        #expect(rough.width == 40 && rough.brush.reach == 20)
        // Written values win, and defaults that depend on them follow.
        let wide = try Canvas(json: ["paper": "rough", "width": 60, "brush": ["radius": 1]])
        #expect(wide.width == 60 && wide.brush.reach == 30)
        #expect(try Canvas(json: ["brush": ["reach": 7, "radius": 1]]).brush.reach == 7)
    }

    /// A preset and its numbers written out ask for the same; scoring keys can be left out.
    @Test func identityHoldsWhatDiffers() throws {
        let rough = try Canvas(json: ["paper": "rough"])
        #expect(rough.asked() == ["width": 40, "brush": ["reach": 20]])
        #expect(try Canvas(json: ["width": 40]).asked() == rough.asked())
        let scoring = try Canvas(json: ["opacity": 0.25, "file": "a"])
        #expect(scoring.asked() == ["opacity": 0.25])
        #expect(scoring.asked([.result]) == [:])
    }

    @Test func jsonReadsBackTheSame() throws {
        let written: JSONValue = [
            "paper": "rough", "width": 7, "opacity": 1, "title": "a", "light": 30,
            "brush": ["radius": 0, "reach": 3, "colours": [1]], "gamma": 0.1, "file": "x/y",
        ]
        let canvas = try Canvas(json: written, directory: "/home")
        #expect(canvas.gamma == DecimalNumber("0.1") && canvas.file?.absolute == "/home/x/y")
        #expect(try Canvas(json: canvas.json, directory: "/home") == canvas)
        // Every key is there, absent ones as null.
        #expect(Canvas().json["title"] == .null && Canvas().json["light"] == .null)
        #expect(try Canvas(json: Canvas().json) == Canvas())
    }

    @Test func everythingWrongIsSaidAtOnceWithItsPath() throws {
        let error = #expect(throws: ParameterError.self) {
            try Canvas(json: [
                "width": 0, "widht": 3, "opacity": "much", "brush": ["colours": [1, 256]], "light": "dim",
            ])
        }
        let messages = try #require(error).issues.map(\.message)
        #expect(
            Set(messages) == [
                "widht: there is no such setting", "width: expected a whole number from 1 to 1000",
                "opacity: expected a number above 0, at most 1",
                "brush.colours: expected a list of at least 1 (each a whole number from 0 to 255)",
                "light: expected none, or a whole number from 0 to 360",
            ], "\(messages)")
        let rule = #expect(throws: ParameterError.self) { try Canvas(json: ["brush": ["radius": 60]]) }
        #expect(
            try #require(rule).issues == [
                .init(path: "brush.radius", message: "brush.radius: 60 is more than reach, 50")
            ])
        #expect(throws: ParameterError.self) { try Canvas(json: "no object") }
        #expect(throws: ParameterError.self) { try Canvas(json: ["width": .null]) }
    }

    @Test func settingsThatWereSetByHandAreChecked() throws {
        var canvas = Canvas()
        canvas.width = 2000
        #expect(throws: ParameterError.self) { try canvas.validate() }
        canvas.width = 200
        try canvas.validate()
        #expect(canvas.asked() == ["width": 200])
    }

    @Test func theSchemaSaysNamesDefaultsAndPresets() throws {
        let section = Canvas.section
        #expect(section.keys.map(\.name) == ["paper", "width", "opacity", "title", "light", "brush", "gamma", "file"])
        guard case .computed(let sentence) = try #require(section.key("width")).fallback else {
            return #expect(Bool(false), "width has defaults at presets")
        }
        #expect(sentence == "`100`; at `rough` `40`")
        #expect(section.paths(ofKey: "reach") == ["brush.reach"])
        let canvas = try Canvas(json: ["title": "no", "light": 3])
        let text = section.yaml(try #require(canvas.json.object))
        #expect(
            text == """
                paper: plain
                width: 100
                opacity: 0.5
                title: "no"
                light: 3
                brush:
                  radius: 2
                  reach: 50
                  colours: [0, 128]
                gamma: 0.25

                """)
    }

    @Test func partsAreLaidOverAWhole() throws {
        let reading = Reading()
        let part = try #require(Partial<Canvas>.read(["light": .null, "width": 5], reading))
        let base = try Canvas(json: ["light": 9, "opacity": 1])
        let laid = part.laid(over: base)
        #expect(laid.light == nil && laid.width == 5 && laid.opacity == 1)
    }
}
