package io.mobula.testkit.fault;

/**
 * Probabilities of faults of the frames that a process receives from other hosts. Frames are the
 * messages that Mobula numbers and repeats, below tasks and calls; other messages of Akka are not
 * affected.
 *
 * @param seed seed of each process's random choices
 * @param lost probability that a frame is lost; an earlier frame is delivered again in its place
 * @param late probability that a frame is delivered in place of the second frame after it, which is
 *     lost
 * @param delayed probability that a frame and all later ones are delayed by up to 30 ms
 */
public record FrameFaults(long seed, double lost, double late, double delayed) {
  /** No faults of frames. */
  public static final FrameFaults NONE = new FrameFaults(0, 0, 0, 0);

  /** Refuses values that are not probabilities. */
  public FrameFaults {
    if (!(lost >= 0 && late >= 0 && delayed >= 0 && lost + late + delayed <= 1)) {
      throw new IllegalArgumentException("Wanted frames lost " + lost + ", late " + late
          + ", delayed " + delayed + ": they are probabilities, together at most 1");
    }
  }

  /** Returns a probability of one in a hundred for each fault. */
  public static FrameFaults some(long seed) {
    return new FrameFaults(seed, 0.01, 0.01, 0.01);
  }
}
