package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.shard.ForgottenException;
import io.mobula.ps.shard.MovedException;
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
final class Answers {
  private final MobulaRuntime runtime;
  private final List<Asked> asked = new ArrayList<>();

  /**
   * What one shard was asked for.
   *
   * @param parcel the push that went with it; null if none did
   */
  private record Asked(
      int shard, ObjectRef<?> answer, @Nullable Parcel parcel) {
    Parcel sent() {
      return parcel == null ? Parcel.NOTHING : parcel;
    }
  }

  /** Who makes something of an answer. */
  interface Taker {
    /** Takes it; false if the shard lacks something and the push has to go again. */
    boolean take(int shard, ObjectRef<?> answer);
  }

  Answers(MobulaRuntime runtime) {
    this.runtime = runtime;
  }

  void add(int shard, ObjectRef<?> answer, @Nullable Parcel parcel) {
    asked.add(new Asked(shard, answer, parcel));
  }

  boolean areReady() {
    return asked.stream().allMatch(each -> each.answer().isReady());
  }

  /** Completes when all have answered, whatever it is. */
  CompletionStage<@Nullable Void> ready() {
    return CompletableFuture.allOf(asked.stream()
            .map(each -> each.answer().toCompletableFuture().handle((value, failure) -> true))
            .toArray(CompletableFuture[]::new))
        .thenApply(done -> null);
  }

  /** Waits for each and hands it on; has those that wait for long looked after. */
  void collect(Seat.Refused refused, IntConsumer lookAround, Taker taker) {
    for (var each : asked) {
      try {
        boolean taken = Shards.reached(() -> {
          Shards.await(runtime, each.answer(), () -> lookAround.accept(each.shard()));
          return taker.take(each.shard(), each.answer());
        });
        if (taken) {
          each.sent().release();
        } else {
          refused.unknown(each.sent());
        }
      } catch (MovedException e) {
        refused.moved(e.wasTaken() ? Parcel.NOTHING : each.sent());
      } catch (ForgottenException e) {
        refused.forgotten(each.sent());
      }
    }
  }

  /** Forgets them. */
  void close() {
    asked.forEach(each -> each.answer().close());
    asked.clear();
  }
}
