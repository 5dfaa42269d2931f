/// A part of a job that any process can make apart from the rest: units that are computed together.
package struct JobPart: Sendable {
    /// Jobs that have a part in common give it the same name.
    package let name: String
    /// The pooled units that it consists of.
    package let units: [String]
    /// How many pictures are asked for; for progress.
    package let pictures: Int
    /// Makes what of it isn't there, and returns the units that could not be made. The context's object is that of the
    /// whole job, in which nothing is written.
    package let make: @Sendable (JobContext, _ progress: @escaping @Sendable (Double) -> Void) throws -> [String]

    package init(
        name: String, units: [String], pictures: Int,
        make: @escaping @Sendable (JobContext, _ progress: @escaping @Sendable (Double) -> Void) throws -> [String]
    ) {
        (self.name, self.units, self.pictures, self.make) = (name, units, pictures, make)
    }

    /// Whether all its units are recorded; their bytes aren't looked at.
    package func isThere(in store: ArtifactStore) -> Bool { units.allSatisfy { store.unit($0).isDone } }
}
