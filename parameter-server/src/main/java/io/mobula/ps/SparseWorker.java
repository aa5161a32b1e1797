package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.kernel.Element;
import io.mobula.ps.kernel.Numbers;
import io.mobula.ps.shard.ForgottenException;
import io.mobula.ps.shard.MovedException;
import io.mobula.ps.shard.ShardActor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One worker's way to a sparse table: pulls rows, pushes gradients of rows without waiting for
 * them, a bounded number at a time, and says when it has ended a step. For one thread; it stays
 * where it was made.
 *
 * <p>Keys may come in any order. A key that comes twice in a push is pushed the sum of its
 * gradients; one that comes twice in a pull is given twice. A list of keys that was pushed before
 * travels as its hash alone (Li et al., OSDI 2014, section 4).
 */
public final class SparseWorker implements AutoCloseable {
  private static final int MOST_MOVES = 100;

  private final SparseTable table;
  private final MobulaRuntime runtime;
  private final Seat seat;
  private final int width;
  private final @Nullable HotRows hot;
  private final SparsePushes pushes;

  private SparseWorker(SparseTable table, MobulaRuntime runtime, Seat seat) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
    this.width = table.width();
    this.pushes = new SparsePushes(table.spec(), runtime, seat);
    int most = table.spec().hotKeys();
    this.hot = most == 0 ? null : new HotRows(table.spec().element(), width, most);
  }

  static SparseWorker join(SparseTable table, MobulaRuntime runtime, int rank, int maxInFlight) {
    var seat = new Seat(table.spec(), table.reach(), runtime, rank, maxInFlight);
    seat.join();
    return new SparseWorker(table, runtime, seat);
  }

  /** Tells it from other workers. */
  public int rank() {
    return seat.rank();
  }

  /** How many steps it has ended. */
  public long steps() {
    return seat.steps();
  }

  // ---- pull

  /**
   * Waits for rows, one after the other in the order of the keys; and before, if the table's rule
   * wants it, for slower workers.
   *
   * @throws TableException when the table is one of doubles
   * @throws KeyException when a key is none of the table's
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when others have gone on without this worker
   */
  public float[] pull(long... keys) {
    require(Element.FLOAT, "pullDoubles");
    return (float[]) rows(keys).array();
  }

  /**
   * As {@link #pull}, of a table of doubles.
   *
   * @throws TableException when the table is one of floats
   */
  public double[] pullDoubles(long... keys) {
    require(Element.DOUBLE, "pull");
    return (double[]) rows(keys).array();
  }

  private void require(Element wanted, String instead) {
    if (table.spec().element() != wanted) {
      throw new TableException(
          "Wanted " + wanted.words() + " of " + table.spec() + ": use " + instead + ".", null);
    }
  }

  private Numbers rows(long[] keys) {
    seat.requireOpen();
    return hot == null ? asked(keys) : hot.filled(keys, asked(hot.missing(keys)));
  }

  private Numbers asked(long[] keys) {
    for (int i = 1; ; i++) {
      var refused = new Seat.Refused();
      var rows = pull(keys, refused);
      if (!refused.any()) {
        return rows;
      }
      if (i == MOST_MOVES) {
        throw new IllegalStateException(
            "The rows of " + table.name() + " have moved " + i + " times meanwhile.");
      }
      seat.recover(refused);
    }
  }

  private Numbers pull(long[] keys, Seat.Refused refused) {
    var layout = seat.layout();
    var shares = sharesOf(keys);
    return Shards.reached(() -> {
      var asked = new ObjectRef<?>[layout.size()];
      for (int shard = 0; shard < asked.length; shard++) {
        if (shares.count(shard) > 0) {
          asked[shard] = Mobula.remoteStage(layout
              .shards()
              .get(shard)
              .call(
                  ShardActor::pullRows,
                  table.spec().id(),
                  seat.worker(),
                  layout.version(),
                  seat.steps(),
                  shares.keys(shard)));
        }
      }
      return gathered(asked, shares, keys.length, refused);
    });
  }

  private Shares sharesOf(long[] keys) {
    return Shares.of(keys, table.spec().placement(), seat.layout().size());
  }

  private Numbers gathered(
      @Nullable ObjectRef<?>[] asked, Shares shares, int keys, Seat.Refused refused) {
    var result = Numbers.zeros(table.spec().element(), Math.multiplyExact(keys, width));
    for (int i = 0; i < asked.length; i++) {
      var ref = asked[i];
      if (ref != null) {
        gather(ref, i, shares, result, refused);
      }
    }
    return result;
  }

  private void gather(
      ObjectRef<?> ref, int shard, Shares shares, Numbers result, Seat.Refused refused) {
    try {
      Shards.await(runtime, ref, () -> seat.lookAround(shard));
      var rows = Objects.requireNonNull(Shards.reached(() -> Shards.taken(ref)));
      shares.scatter(shard, Numbers.ofArray(rows), result, width);
    } catch (MovedException e) {
      refused.moved(Parcel.NOTHING);
    } catch (ForgottenException e) {
      refused.forgotten(Parcel.NOTHING);
    }
  }

  // ---- push

  /**
   * Sends gradients of rows, to be applied by the shards, and returns. Waits only for the oldest
   * push when too many are under way; its failure is thrown then.
   *
   * @param gradients row by row, as many numbers for each key as a row has
   * @throws KeyException when there are not as many gradients as the keys want, or a key is none of
   *     the table's; nothing was sent
   * @throws GradientException when the table is one of doubles, or a number is not finite; nothing
   *     was sent
   */
  public void push(long[] keys, float[] gradients) {
    push(keys, Numbers.of(gradients));
  }

  /** As {@link #push(long[], float[])}, to a table of doubles. */
  public void push(long[] keys, double[] gradients) {
    push(keys, Numbers.of(gradients));
  }

  private void push(long[] keys, Numbers numbers) {
    seat.requireOpen();
    var gradients = RowGradients.checked(table.spec(), keys, numbers);
    if (hot == null) {
      pushes.push(gradients);
    } else {
      pushes.push(hot.keep(gradients));
      if (hot.isFull()) {
        sendHot();
      }
    }
    seat.settle();
  }

  private void sendHot() {
    if (hot != null) {
      pushes.push(hot.take());
    }
  }

  // ---- steps

  /** Waits until the step's pushes are taken in, and ends it; see {@link Worker#clock}. */
  public void clock() {
    sendHot();
    seat.drain();
    seat.clock();
    if (hot != null) {
      hot.clock();
    }
  }

  /** Waits until all pushes are taken in; throws the failure of the first that was not. */
  public void flush() {
    sendHot();
    seat.drain();
  }

  /** Leaves, so that nobody waits for this worker, when all pushes are taken in. */
  @Override
  public void close() {
    sendHot();
    seat.leave();
  }
}
