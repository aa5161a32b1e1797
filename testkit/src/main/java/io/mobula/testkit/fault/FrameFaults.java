package io.mobula.testkit.fault;

/**
 * What happens to the frames that a process receives from other hosts, each with a probability. A
 * frame is what Mobula numbers and repeats, below tasks and calls; other messages of Akka are left
 * alone.
 *
 * @param seed of what is drawn in each process
 * @param lost it does not arrive; another one that came before arrives again in its place
 * @param late it arrives in the place of the second one after it, which does not arrive
 * @param delayed it and all behind it arrive up to 30 ms later
 */
public record FrameFaults(long seed, double lost, double late, double delayed) {
  /** Nothing happens to them. */
  public static final FrameFaults NONE = new FrameFaults(0, 0, 0, 0);

  /** Refuses what is no probability. */
  public FrameFaults {
    if (!(lost >= 0 && late >= 0 && delayed >= 0 && lost + late + delayed <= 1)) {
      throw new IllegalArgumentException("Wanted frames lost " + lost + ", late " + late
          + ", delayed " + delayed + ": they are probabilities, together at most 1");
    }
  }

  /** One of a hundred each. */
  public static FrameFaults some(long seed) {
    return new FrameFaults(seed, 0.01, 0.01, 0.01);
  }
}
