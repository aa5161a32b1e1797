package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.shard.ParametersMovedException;
import io.mobula.ps.shard.UnknownWorkerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What shards were asked for, until all have answered. What is refused, with the push that went
 * along, is noted to go again. For one thread.
 */
final class PullCollector {
  private final MobulaRuntime runtime;
  private final List<PendingReply> pending = new ArrayList<>();

  /**
   * What one shard was asked for.
   *
   * @param parcel the push that went with it; null if none did
   */
  private record PendingReply(
      int shard, ObjectRef<?> answer, @Nullable InFlightPush parcel) {
    InFlightPush sent() {
      return parcel == null ? InFlightPush.NOTHING : parcel;
    }
  }

  /** Who makes something of an answer. */
  interface ReplyHandler {
    /** Takes it; false if the shard lacks something and the push has to go again. */
    boolean onReply(int shard, ObjectRef<?> answer);
  }

  PullCollector(MobulaRuntime runtime) {
    this.runtime = runtime;
  }

  void add(int shard, ObjectRef<?> answer, @Nullable InFlightPush inFlightPush) {
    pending.add(new PendingReply(shard, answer, inFlightPush));
  }

  boolean areReady() {
    return pending.stream().allMatch(each -> each.answer().isReady());
  }

  /** Completes when all have answered, whatever it is. */
  CompletionStage<@Nullable Void> ready() {
    return CompletableFuture.allOf(pending.stream()
            .map(each -> each.answer().toCompletableFuture().handle((value, failure) -> true))
            .toArray(CompletableFuture[]::new))
        .thenApply(done -> null);
  }

  /** Waits for each and hands it on; has those that wait for long looked after. */
  void collect(WorkerSession.RefusedPushes refused, IntConsumer lookAround, ReplyHandler handler) {
    for (var each : pending) {
      try {
        boolean taken = ShardCalls.translateFailures(() -> {
          ShardCalls.await(runtime, each.answer(), () -> lookAround.accept(each.shard()));
          return handler.onReply(each.shard(), each.answer());
        });
        if (taken) {
          each.sent().release();
        } else {
          refused.unknown(each.sent());
        }
      } catch (ParametersMovedException e) {
        refused.moved(e.wasTaken() ? InFlightPush.NOTHING : each.sent());
      } catch (UnknownWorkerException e) {
        refused.forgotten(each.sent());
      }
    }
  }

  /** Forgets them. */
  void close() {
    pending.forEach(each -> each.answer().close());
    pending.clear();
  }
}
