package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.internal.shard.ParametersMovedException;
import io.mobula.ps.internal.shard.UnknownWorkerException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Collector of the replies of all shards to one pull. It records which requests were refused, so
 * that the pushes sent with them can be resent. For one thread.
 */
final class PullCollector {
  private final MobulaRuntime runtime;
  private final List<PendingReply> pending = new ArrayList<>();

  /**
   * Reply of one shard that is awaited.
   *
   * @param inFlightPush the push that was sent with the request; null if there was none
   */
  private record PendingReply(
      int shard, ObjectRef<?> answer, @Nullable InFlightPush inFlightPush) {
    InFlightPush sent() {
      return inFlightPush == null ? InFlightPush.NOTHING : inFlightPush;
    }
  }

  /** Consumer of the shards' replies. */
  interface ReplyHandler {
    /**
     * Handles a reply; returns false if the shard lacks a list of keys and the push has to be
     * resent.
     */
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

  /** Returns a stage that completes when all shards have replied or failed. */
  CompletionStage<@Nullable Void> ready() {
    return CompletableFuture.allOf(pending.stream()
            .map(each -> each.answer().toCompletableFuture().handle((value, failure) -> true))
            .toArray(CompletableFuture[]::new))
        .thenApply(done -> null);
  }

  /**
   * Waits for each reply and passes it to the handler; calls {@code whileWaiting} while a shard
   * takes long to reply.
   */
  void collect(RefusedPushes refused, IntConsumer whileWaiting, ReplyHandler handler) {
    for (var each : pending) {
      try {
        boolean taken = ShardCalls.translateFailures(() -> {
          ShardCalls.await(runtime, each.answer(), () -> whileWaiting.accept(each.shard()));
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

  /** Discards all pending replies. */
  void close() {
    pending.forEach(each -> each.answer().close());
    pending.clear();
  }
}
