/// Lines of the YAML header that Hugging Face's readers look for in `README.md`.
enum CardHeader {
    /// Which files hold which split.
    static func configuration(of set: ExportSet, _ files: (ExportSet.Part) -> String) -> [String] {
        let there = Set(set.categories.flatMap(\.pictures).map(\.part))
        return ["configs:", "  - config_name: default", "    data_files:"]
            + ExportSet.Part.allCases.filter(there.contains).flatMap {
                ["      - split: \($0.rawValue)", "        path: \"\(files($0))\""]
            }
    }
}
