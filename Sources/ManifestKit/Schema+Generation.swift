// The schema of the section `generation`. Numbers without another source: paper section 4.1 and A.1, as the project
// pins them.

extension Schema {
    static let generation = SectionType(keys: [
        SchemaKey(
            "method",
            .choice([
                Choice("cut", "anomalies from words by a latent diffusion model (the paper's CUT)"),
                Choice("cutpaste", "patches cut and pasted, without a network"),
                Choice("perlin", "Perlin masks filled with texture, without a network (DRAEM's)"),
                Choice("external", "pictures and masks made elsewhere"),
            ]), .value(.keyword("cut")), "The generator."),
        SchemaKey(
            "model", .path, .absent,
            "Folder of a latent diffusion model in diffusers' layout; needed by `cut`, and by `training.normals: reconstructed`."
        ),
        SchemaKey(
            "textures", .path, .absent,
            "For `perlin` alone: a folder of PNG and JPEG pictures to take the material from, instead of computed textures."
        ),
        SchemaKey(
            "external", .path, .absent,
            "Needed by `external`, and for it alone: a folder, or an archive, of `<category>/<anomaly>/{image,mask}/…` or "
                + "`<category>/{test,ground_truth}/<anomaly>/…`, such as an export. The anomalies are those that are found there."
        ),
        SchemaKey(
            "preset",
            .choice([
                Choice("paper", "the paper's numbers: 200 timesteps"), Choice("fast", "40 timesteps of DPM-Solver++"),
                Choice(
                    "draft",
                    "32 of them in 16 bits, every second step without its unconditional half, at most 5 refinements: for a look"
                ),
            ]), .value(.keyword("paper")), "Defaults of the keys below; whatever is written overrides it."),
        SchemaKey(
            "prompt", .text(.line), .value(.text("A photo of a [cls] that is [anomaly]")),
            "The prompt. `[cls]` is the category in words, `[anomaly]` the anomaly's words."),
        SchemaKey("anomalies", anomalies, .value(.list([anomaly("damaged")])), "What to generate: words, or tables."),
        SchemaKey(
            "overrides",
            .perCategory(
                .section(
                    SectionType(keys: [
                        SchemaKey("prompt", .text(.line), .absent, "The category's own prompt."),
                        SchemaKey("anomalies", anomalies, .absent, "The category's own anomalies."),
                    ]))), .value(.table([])), "Prompt and anomalies per category."),
        SchemaKey(
            "images_per_normal",
            .section(
                SectionType(
                    keys: [
                        SchemaKey("few", .integer(1...100_000), .value(.integer(100)), "At 1, 2, 4, ... shots."),
                        SchemaKey("full", .integer(1...100_000), .value(.integer(5)), "At full shot."),
                    ], shorthand: ["few", "full"])), .section,
            "Pictures to make from each normal sample; one number stands for both."),
        SchemaKey(
            "steps", .integer(1...1000), preset(paper: 200, fast: 40, draft: 32),
            "T, the timesteps of the sampling schedule."),
        SchemaKey(
            "sampler",
            .choice([
                Choice("ddim", "Song et al. 2021"), Choice("pndm", "linear multistep, one pass more (Liu et al. 2022)"),
                Choice("dpmsolver", "DPM-Solver++ (2M), for few steps (Lu et al. 2022)"),
            ]), preset(paper: "ddim", fast: "dpmsolver", draft: "dpmsolver"),
            "How a step is taken. All are deterministic."),
        SchemaKey(
            "gamma", .decimal(.above(0, to: 1)), .value(.decimal(DecimalNumber(coefficient: 25, exponent: -2))),
            "Share of the schedule that is run from the noised normal: S = gamma * T steps, rounded half up, at least 1."
        ),
        SchemaKey(
            "guidance_scale", .decimal(.from(0, to: 100)),
            .value(.decimal(DecimalNumber(coefficient: 75, exponent: -1))),
            "Scale of classifier-free guidance."),
        SchemaKey(
            "guidance_every", .integer(1...1000), preset(paper: 1, fast: 1, draft: 2),
            "Steps from one unconditional pass to the next; in between the last difference to the conditional one is kept. 1 is exact."
        ),
        SchemaKey(
            "image_guidance", .boolean, .value(.boolean(true)),
            "Whether to start from the noised normal; if not, from noise, with S = T."),
        SchemaKey(
            "local_blend", .boolean, .value(.boolean(false)),
            "Whether the picture is kept as it was where the anomaly's words don't look (not in the paper)."),
        SchemaKey("guidance", .section(guidance), .section, "Attention guidance."),
        SchemaKey(
            "batch", .integer(1...256), .value(.integer(1)),
            "Pictures of one source image made together. Part of a picture's identity."),
        SchemaKey(
            "dtype",
            .choice([
                Choice("float32", "32 bits"), Choice("bfloat16", "16 bits with float32's range"),
                Choice("float16", "IEEE half precision"),
            ]), preset(paper: "float32", fast: "float32", draft: "bfloat16"),
            "Number type of UNet and text encoder; autoencoder, latents and guidance are float32 always."),
        SchemaKey("seed", seed, .value(.keyword("sampling")), "Seed of the noise."),
    ])

    static let seed = ValueType.either([.choice([Choice("sampling", "the sample's own seed")]), .integer(seeds)])

    private static let anomalies = ValueType.list(
        of: .section(
            SectionType(
                keys: [
                    SchemaKey(
                        "words", .text(.line), .required,
                        "The words for `[anomaly]`, and those whose attention is guided; commas separate phrases."),
                    SchemaKey(
                        "name", .text(.anomalyName),
                        .computed("the words, in small letters, joined by `_`") { scope in
                            guard case .text(let words)? = scope.sibling("words") else { return nil }
                            return Words.folderName(of: words).map { .text($0) }
                        }, "Names the anomaly's folder in exports."),
                    SchemaKey(
                        "share", .integer(1...1000), .value(.integer(1)), "Weight among the anomalies of a category."),
                ], shorthand: ["words"])), ListRule(distinct: .key("name")))

    private static func anomaly(_ word: String) -> Setting {
        .table([
            .init(key: "words", value: .text(word)), .init(key: "name", value: .text(word)),
            .init(key: "share", value: .integer(1)),
        ])
    }

    // MARK: guidance

    /// Cells of the 16 x 16 attention map.
    private static let cells = 256

    static let guidance = SectionType(keys: [
        SchemaKey(
            "strength", .decimal(.from(0, to: 10_000)), .value(.decimal(DecimalNumber(10))),
            "Lambda, the size of an update of the latent."),
        SchemaKey(
            "thresholds", .list(of: .decimal(.from(0, to: 1)), ListRule(count: 0...100)),
            .value(
                .list([
                    .decimal(.init(coefficient: 5, exponent: -2)), .decimal(.init(coefficient: 5, exponent: -1)),
                    .decimal(.init(coefficient: 8, exponent: -1)),
                ])),
            "Attention to be reached at each of the places before the step is taken."),
        SchemaKey(
            "places", .list(of: .integer(0...1000), ListRule(count: 0...100, ascending: true)),
            .computed("`[0, 10, 20]`; at the presets `fast` and `draft` scaled by S/50") { scope in
                scaledPlaces([0, 10, 20], scope).map { .list($0.map { .integer($0) }) }
            }, "Step indices at which the latent is refined until the threshold is reached."),
        SchemaKey(
            "refinements", .integer(0...1000), preset(paper: 20, fast: 20, draft: 5), "Most refinements at one place."),
        SchemaKey(
            "stop_after", .integer(0...1000),
            .computed("`10`; at the presets `fast` and `draft` scaled by S/50") { scope in
                scaledPlaces([10], scope)?.first.map { .integer($0) }
            }, "First step at which guidance may stop early."),
        SchemaKey(
            "stop_window", .list(of: .integer(0...cells), ListRule(count: 2...2, ascending: true)),
            .value(.list([.integer(10), .integer(50)])),
            "Guidance stops when more cells than the first and fewer than the second number are attended above average, of 256."
        ),
        SchemaKey(
            "softmax_scale", .decimal(.above(0, to: 10_000)), .value(.decimal(DecimalNumber(100))),
            "Factor on attention before the softmax over words."),
        SchemaKey(
            "phrase",
            .choice([
                Choice("mean", "the mean of their attention, at most 1/K for K tokens (the paper's preset)"),
                Choice(
                    "sum",
                    "their attention together, at most 1: words that the tokenizer splits reach the thresholds, too"),
            ]), .value(.keyword("mean")), "How the tokens of the anomaly's words count together."),
        SchemaKey(
            "objective",
            .choice([
                Choice("attention", "1 - the words' largest attention inside the foreground (the paper's)"),
                Choice("logarithm", "minus its logarithm: pushes words that are hardly attended to at first, too"),
            ]), .value(.keyword("attention")), "The loss that guidance follows."),
        SchemaKey(
            "until", .decimal(.from(0, to: 1)), .value(.decimal(DecimalNumber(1))),
            "Share of the steps in which guidance runs, if it does not stop early before."),
        SchemaKey(
            "sigma", .decimal(.above(0, to: 10)), .value(.decimal(.init(coefficient: 5, exponent: -1))),
            "Width of the 3 x 3 smoothing of the attention map, in cells."),
        SchemaKey("localisation", .boolean, .value(.boolean(true)), "Whether the update grows with the attended area."),
        SchemaKey("early_stop", .boolean, .value(.boolean(true)), "Whether guidance may stop early."),
        SchemaKey("attention", .boolean, .value(.boolean(true)), "Whether attention is guided at all."),
        SchemaKey("mask", .boolean, .value(.boolean(true)), "Whether guidance keeps to the foreground."),
    ])

    // MARK: presets

    private static func preset(paper: Int, fast: Int, draft: Int) -> Fallback {
        preset(paper, fast, draft) { .integer($0) }
    }

    private static func preset(paper: String, fast: String, draft: String) -> Fallback {
        preset(paper, fast, draft) { .keyword($0) }
    }

    private static func preset<Value: Sendable & Equatable>(
        _ paper: Value, _ fast: Value, _ draft: Value, _ setting: @escaping @Sendable (Value) -> Setting
    ) -> Fallback {
        let others =
            fast == draft
            ? "presets `fast` and `draft`: `\(fast)`"
            : fast == paper ? "preset `draft`: `\(draft)`" : "preset `fast`: `\(fast)`, `draft`: `\(draft)`"
        return .computed("`\(paper)`; \(others)") { scope in
            switch scope.value("generation.preset") {
            case .keyword("paper")?: setting(paper)
            case .keyword("fast")?: setting(fast)
            case .keyword("draft")?: setting(draft)
            default: nil
            }
        }
    }

    /// Step indices written for S = 50, for the S of this manifest: as they are at the preset `paper`, scaled by S/50
    /// and rounded half up at the others. Where so few steps are left that two would meet (S < 4), the later one moves
    /// up: each keeps its threshold.
    private static func scaledPlaces(_ places: [Int], _ scope: Scope) -> [Int]? {
        guard case .keyword(let preset)? = scope.value("generation.preset"),
            case .integer(let steps)? = scope.value("generation.steps"),
            case .decimal(let gamma)? = scope.value("generation.gamma"),
            case .boolean(let image)? = scope.value("generation.image_guidance")
        else { return nil }
        if preset == Preset.paper.rawValue { return places }
        let count = image ? gamma.denoisingSteps(of: steps) : steps
        return places.reduce(into: []) { scaled, place in
            let next = (2 * place * count + 50) / 100
            scaled.append(scaled.last.map { max(next, $0 + 1) } ?? next)
        }
    }
}
