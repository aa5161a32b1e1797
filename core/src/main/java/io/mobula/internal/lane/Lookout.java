package io.mobula.internal.lane;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads that wait for a frame take in frames themselves for some microseconds, so that an
 * answer which comes at once needs no other thread to be woken: neither the one that reads rings
 * nor the one that waits. Where answers do not come at once it is hardly tried any more. Safe for
 * all threads; one at a time looks out, the others wait as they would have.
 *
 * <p>The leader of the leader/followers pattern (Schmidt, O'Ryan, Kircher, Pyarali:
 * "Leader/Followers", PLoP 2000), for as long as waiting is short.
 */
public final class Lookout {
  /** Looks out at nothing: for a node that is alone. */
  public static final Lookout NONE = new Lookout(null);

  private static final int MOST_TRUST = 16;
  private static final int LOST_TRUST = 2;
  private static final int SELDOM = 16;

  private final @Nullable Lanes lanes;
  private int trust = MOST_TRUST; // racy on purpose: a lost update costs one look
  private int declined;

  Lookout(@Nullable Lanes lanes) {
    this.lanes = lanes;
  }

  /** Whether there is anything to look out at; false where it has hardly ever been worth it. */
  public boolean isWorthwhile() {
    return lanes != null && (trust > 0 || declined++ % SELDOM == 0);
  }

  /**
   * Takes in frames until there is what the caller waits for, or it has not come for a while. Only
   * for a platform thread that runs no user's code and holds no lock.
   *
   * @return whether it is there
   */
  public boolean until(BooleanSupplier done) {
    var over = lanes;
    if (over == null) {
      return done.getAsBoolean();
    }
    boolean came = over.takeIn(done);
    trust = came ? Math.min(MOST_TRUST, trust + 1) : Math.max(0, trust - LOST_TRUST);
    return came;
  }
}
