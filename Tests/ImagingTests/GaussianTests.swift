import Imaging
import Testing

@Suite struct GaussianTests {
    /// scipy.ndimage.gaussian_filter([[0,0,0,0],[0,1,0,0],[0,0,0,2]], 1.0), SciPy 1.17.1, float64.
    @Test func equalsSciPy() {
        let plane = Plane(width: 4, height: 3, values: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2])
        let expected: [Float] = [
            0.08822549, 0.12679796, 0.10901071, 0.09803961, 0.12347869, 0.19909704, 0.27405376, 0.40337052, 0.09365744,
            0.19432631, 0.45109978, 0.83884269,
        ]
        let result = plane.gaussianSmoothed(sigma: 1).values
        for (value, reference) in zip(result, expected) { #expect(abs(value - reference) < 1e-6) }
    }

    @Test func keepsAConstantPlaneAndItsSize() {
        let plane = Plane(width: 3, height: 2, repeating: 0.25).gaussianSmoothed(sigma: 4)
        #expect(plane.values.count == 6)
        #expect(plane.values.allSatisfy { abs($0 - 0.25) < 1e-6 })
    }
}
