// The schema of the manifest's last sections: what comes out.

extension Schema {
    static let annotation = SectionType(keys: [
        SchemaKey(
            "source",
            .choice([
                Choice("attention", "the attention to the anomaly's words at the last step (the paper's)"),
                Choice("difference", "the difference to the reconstructed normal"),
                Choice("fused", "the difference, where the words are attended to"),
            ]), .value(.keyword("attention")),
            "Where the soft label of a CUT picture comes from; other methods know their own."),
        SchemaKey(
            "threshold", .decimal(.above(0, to: 1)), .value(.decimal(DecimalNumber(coefficient: 5, exponent: -1))),
            "The binary mask is the foreground where the soft label reaches this share of its maximum there."),
    ])

    static let export = SectionType(keys: [
        SchemaKey(
            "layouts", .list(of: .choice([Choice("mvtec", "MVTec AD's layout")]), ListRule(distinct: .elements)),
            .value(.list([.keyword("mvtec")])), "Layouts to export; one archive each."),
        SchemaKey(
            "compression",
            .choice([
                Choice("none", "plain tar"), Choice("gz", "gzip"), Choice("xz", "xz"), Choice("zstd", "Zstandard"),
            ]), .value(.keyword("gz")), "Compression of the archives."),
    ])

    // Numbers of training: paper section 4.2, 5.1, A.1, A.2.
    static let training = SectionType(keys: [
        SchemaKey("model", .path, .required, "Folder of a CLIP in open_clip's or Hugging Face's safetensors layout."),
        SchemaKey(
            "prompts", .path, .absent,
            "JSON file with `normal` and `abnormal` states, `templates` and `names` of categories, in place of the built-in ones."
        ),
        SchemaKey(
            "image_size", .integer(14...2048), .value(.integer(518)), "Pixels a side that pictures are resized to."),
        SchemaKey(
            "stages", .list(of: .integer(1...200), ListRule(count: 1...32, ascending: true)),
            .value(.list([6, 12, 18, 24].map { .integer($0) })),
            "Blocks of the vision tower whose tokens are used, counted from 1."
        ),
        SchemaKey(
            "epochs", .integer(0...100_000), .value(.integer(200)),
            "Passes over the training pictures; 0: untrained adapters."),
        SchemaKey("batch", .integer(1...4096), .value(.integer(16)), "Pictures per update."),
        SchemaKey(
            "learning_rate", .decimal(.above(0, to: 1)), .value(.decimal(DecimalNumber(coefficient: 1, exponent: -4))),
            "Adam's learning rate at the start; it falls to 0 along a cosine."),
        SchemaKey(
            "omega", .decimal(.from(0, to: 1000)), .value(.decimal(DecimalNumber(6))), "Weight of the pixel losses."),
        SchemaKey(
            "beta", .decimal(.from(0, to: 1)), .value(.decimal(DecimalNumber(coefficient: 1, exponent: -1))),
            "Beta of the adapted Dice loss."),
        SchemaKey(
            "supervision",
            .choice([
                Choice("image", "the image loss alone"), Choice("pixel", "the pixel losses alone"),
                Choice("image+pixel", "both"),
            ]), .value(.keyword("image+pixel")), "Which losses are used."),
        SchemaKey(
            "image_score",
            .choice([
                Choice("adapter", "from the adapted image token"),
                Choice("map", "the maximum of the vision-language map"),
                Choice("both", "their mean"),
            ]), .value(.keyword("adapter")), "What an image's vision-language score is."),
        SchemaKey(
            "normals",
            .choice([
                Choice("raw", "as they are"),
                Choice("reconstructed", "through the diffusion model's autoencoder, as generated pictures are"),
            ]), .value(.keyword("raw")), "How the normal samples enter training."),
        SchemaKey("seed", seed, .value(.keyword("sampling")), "Seed of adapters and order."),
    ])

    static let evaluation = SectionType(keys: [
        SchemaKey(
            "weights", .list(of: .decimal(.from(0, to: 1000)), ListRule(count: 2...2)),
            .value(.list([.decimal(DecimalNumber(1)), .decimal(DecimalNumber(1))])),
            "Weights of the vision-language and the vision-vision branch."),
        SchemaKey(
            "map_weights", .list(of: .decimal(.from(0, to: 1000)), ListRule(count: 2...2)),
            .computed("`evaluation.weights`") { scope in scope.value("evaluation.weights") },
            "The same for the anomaly map alone; `[0, 1]` where the adapters are untrained."),
        SchemaKey(
            "bank",
            .choice([
                Choice("adapted", "the stages' tokens after their adapters (the paper's)"),
                Choice("raw", "as the vision tower gives them"),
            ]), .value(.keyword("adapted")), "Tokens that the memory bank of normals compares."),
        SchemaKey(
            "coreset", .decimal(.above(0, to: 1)), .value(.decimal(DecimalNumber(1))),
            "Share of the bank's tokens that is kept, chosen so that none is far from those kept; 1: all, the search is exact."
        ),
        SchemaKey(
            "size",
            .either([.choice([Choice("mask", "each mask's own size")]), .integer(14...4096)]), .value(.keyword("mask")),
            "Pixels a side at which maps are compared with masks, which are then resized to a square by nearest neighbour."
        ),
        SchemaKey(
            "pro",
            .choice([
                Choice("exact", "every distinct score, false positive rate up to 0.3"),
                Choice("steps200-cflow", "200 thresholds, as APRIL-GAN and CFLOW-AD"),
                Choice("steps200-winclip", "200 thresholds, as WinCLIP and PromptAD"),
                Choice("steps200-rd4ad", "200 thresholds, as RD4AD and UniAD"),
            ]), .value(.keyword("exact")),
            "Definition of PRO; figures of different ones must not be compared."),
        SchemaKey(
            "smoothing", .decimal(.from(0, to: 100)), .value(.decimal(DecimalNumber(0))),
            "Standard deviation of the Gaussian over anomaly maps, in pixels; 0: none."),
    ])

    static let report = SectionType(keys: [
        SchemaKey(
            "compare_with", .choice([Choice("paper", "the paper's own rows"), Choice("none", "nothing")]),
            .value(.keyword("paper")),
            "Rows shown beside the results."),
        SchemaKey(
            "lpips", .path, .absent,
            "LPIPS weights, the safetensors file that `make features` leaves; with it the report says how diverse the synthetic pictures are."
        ),
    ])

    static let cache = SectionType(keys: [
        SchemaKey(
            "limit", .bytes(0...1_000_000_000_000_000), .value(.bytes(20_000_000_000)),
            "Most that caches may hold, with its unit: `500MB`, `20GB`, `8GiB`.")
    ])
}
