package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.shard.ShardActor;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Pending pull of rows of a sparse table. For the worker's thread.
 *
 * <pre>{@code
 * var next = worker.startPull(keys); // requests, and returns
 * compute();
 * float[] rows = next.await();
 * }</pre>
 */
public final class RowPull implements AutoCloseable {
  private final SparseTable table;
  private final WorkerSession session;
  private final long[] keys;
  private final UnaryOperator<NumberArray> finish;
  private final PullCollector collector;
  private KeyPartition partition;
  private boolean over;

  private RowPull(
      SparseTable table,
      MobulaRuntime runtime,
      WorkerSession session,
      long[] keys,
      UnaryOperator<NumberArray> finish) {
    this.table = table;
    this.session = session;
    this.keys = keys;
    this.finish = finish;
    this.collector = new PullCollector(runtime);
    this.partition = KeyPartition.of(keys, table.spec(), session.layout().size());
  }

  /** Creates a pull without requests; replies are {@linkplain #add added} by the caller. */
  static RowPull of(SparseTable table, MobulaRuntime runtime, WorkerSession session, long[] keys) {
    return new RowPull(table, runtime, session, keys, rows -> rows);
  }

  /**
   * Requests the rows from all shards that have some of them.
   *
   * @param finish transforms the rows before they are returned
   */
  static RowPull asked(
      SparseTable table,
      MobulaRuntime runtime,
      WorkerSession session,
      long[] keys,
      UnaryOperator<NumberArray> finish) {
    var pull = new RowPull(table, runtime, session, keys, finish);
    pull.ask();
    return pull;
  }

  private void ask() {
    var layout = session.layout();
    ShardCalls.translateFailures(() -> {
      for (int shard = 0; shard < layout.size(); shard++) {
        if (partition.count(shard) > 0) {
          var handle = layout.shards().get(shard);
          add(
              shard,
              handle
                  .call(
                      ShardActor::pullRows,
                      table.spec().id(),
                      session.worker(),
                      layout.version(),
                      session.steps(),
                      partition.keys(shard))
                  .remote(ResultForm.async()),
              null);
        }
      }
      return collector;
    });
  }

  /** Returns the partition of the keys by shard. */
  KeyPartition partition() {
    return partition;
  }

  void add(int shard, ObjectRef<?> answer, @Nullable InFlightPush inFlightPush) {
    collector.add(shard, answer, inFlightPush);
  }

  /** Returns whether {@link #await} would return or throw without blocking. */
  public boolean isReady() {
    return collector.areReady();
  }

  /**
   * Returns a stage that completes, on a thread of the runtime, when all shards have replied or
   * failed. Then {@link #await} does not block, unless rows have moved and have to be requested
   * again.
   */
  public CompletionStage<@Nullable Void> ready() {
    return collector.ready();
  }

  /**
   * Waits until the table's consistency rule lets this worker read, and until the rows are there.
   * Returns them row by row in the order of the keys. May be called once.
   *
   * @throws io.mobula.ps.error.TableException when the table is one of doubles
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when the other workers have gone on without
   *     this one
   */
  public float[] await() {
    table.require(NumberType.FLOAT, "awaitDoubles");
    return (float[]) rows().array();
  }

  /**
   * Waits for rows of a table of doubles; see {@link #await}.
   *
   * @throws io.mobula.ps.error.TableException when the table is one of floats
   */
  public double[] awaitDoubles() {
    table.require(NumberType.DOUBLE, "await");
    return (double[]) rows().array();
  }

  NumberArray rows() {
    if (over) {
      throw new IllegalStateException("These rows were awaited, or closed, before: pull again.");
    }
    try {
      for (int i = 1; ; i++) {
        var refused = new RefusedPushes();
        var rows = collected(refused);
        if (!refused.hasAny()) {
          return finish.apply(rows);
        }
        if (i == ShardClient.MAX_MOVES) {
          throw new IllegalStateException(
              "The rows of " + table.name() + " have moved " + i + " times meanwhile.");
        }
        askAgain(refused);
      }
    } finally {
      close();
    }
  }

  private NumberArray collected(RefusedPushes refused) {
    int width = table.width();
    var numberType = table.spec().numberType();
    long length = (long) keys.length * width;
    var rows = HeapAdmission.ofThisJvm()
        .allocateBriefly(
            keys.length + " pulled rows of " + table.spec(),
            length * numberType.bytes(),
            () -> NumberArray.zeros(numberType, Math.toIntExact(length)));
    collector.collect(refused, session::requestEviction, (shard, answer) -> {
      Object came = answer.get();
      if (came != null) {
        partition.scatter(shard, NumberArray.ofArray(came), rows, width);
      }
      return came != null;
    });
    return rows;
  }

  private void askAgain(RefusedPushes refused) {
    collector.close();
    session.recover(refused);
    partition = KeyPartition.of(keys, table.spec(), session.layout().size());
    ask();
  }

  /** Discards the pull and its pending replies. */
  @Override
  public void close() {
    over = true;
    collector.close();
  }
}
