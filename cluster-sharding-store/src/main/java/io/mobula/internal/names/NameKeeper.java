package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.names.NameMessage.Answer;
import io.mobula.internal.names.NameMessage.Ask;
import io.mobula.internal.names.NameMessage.Entry;
import io.mobula.internal.names.NameMessage.Keep;
import io.mobula.internal.names.NameMessage.Noted;
import io.mobula.internal.names.NameMessage.Release;
import io.mobula.internal.names.NameMessage.Tell;
import io.mobula.internal.names.NameMessage.ToShard;
import io.mobula.internal.names.NameMessage.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node's side of the names: knows which names the node stands for, asks shards for it, again and
 * again until they answer.
 */
final class NameKeeper extends AbstractOnMessageBehavior<NameKeeper.Command> {
  static final String NAME = "names";
  private static final Duration RESEND = Duration.ofMillis(500);

  sealed interface Command permits NameMessage.ToKeeper, Claim, Find, Stand, Drop, Resend {}

  /** Takes a name, or learns who has it. */
  record Claim(Entry entry, CompletableFuture<Entry> holder) implements Command {}

  /** Asks who has a name. */
  record Find(String name, CompletableFuture<Optional<Entry>> holder) implements Command {}

  /** This node stands for a name that it did not claim. */
  record Stand(Entry entry) implements Command {}

  /** An actor is ending. */
  record Drop(String name, ActorId actor) implements Command {}

  private record Resend() implements Command {}

  private static final Resend AGAIN = new Resend();

  private static final int PART_BYTES = 64 << 10;
  private static final int ENTRY_BYTES = 100;

  private final TimerScheduler<Command> timers;
  private final NodeId self;
  private final Wiring wiring;
  private final Map<String, Entry> kept;
  private final Map<Long, Question> questions = new LinkedHashMap<>();
  private final Map<Long, Claim> claims = new HashMap<>();
  private final Map<Long, Find> finds = new HashMap<>();
  private long numbers;
  private long told;

  /** Something a shard has not answered yet. */
  private record Question(
      int shard, ToShard message, long since, @Nullable CompletableFuture<?> future) {}

  private NameKeeper(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      NodeId self,
      Map<String, Entry> kept,
      Wiring wiring) {
    super(context);
    this.self = self;
    this.kept = kept;
    this.wiring = wiring;
    this.timers = timers;
  }

  /**
   * A node's keeper.
   *
   * @param kept what the node stands for, for others to read; written by the keeper alone
   */
  static Behavior<Command> create(NodeId self, Map<String, Entry> kept, Wiring wiring) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new NameKeeper(context, timers, self, kept, wiring)));
  }

  /**
   * How it is connected.
   *
   * @param toShards brings a message to a shard, if nothing goes wrong
   * @param whereabouts why a shard may not answer, for people
   * @param patience how long who asks waits for an answer
   */
  record Wiring(
      BiConsumer<Integer, ToShard> toShards, Supplier<String> whereabouts, Duration patience) {}

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Claim claim -> {
        long number = ask(
            claim.entry().name(),
            claim.holder(),
            question -> new Ask(question, claim.entry().name(), claim.entry(), replyTo()));
        claims.put(number, claim);
      }
      case Find find -> {
        long number = ask(
            find.name(),
            find.holder(),
            question -> new Ask(question, find.name(), null, replyTo()));
        finds.put(number, find);
      }
      case Stand(var entry) -> stand(entry);
      case Drop(var name, var actor) -> {
        kept.computeIfPresent(name, (key, entry) -> entry.actor().equals(actor) ? null : entry);
        questions.values().removeIf(question -> isKeep(question.message(), name, actor));
        ask(name, null, question -> new Release(question, name, actor, replyTo()));
      }
      case Answer(var question, var holder) -> onAnswer(question, holder);
      case Noted(var question) -> questions.remove(question);
      case Tell(var shard, var replyTo) -> told(shard).forEach(replyTo::tell);
      case Resend again -> onResend();
    }
    return this;
  }

  /** What was lost on its way must not be said again after something newer. */
  private static boolean isKeep(ToShard message, String name, ActorId actor) {
    return message instanceof Keep(var question, var entry, var replyTo)
        && entry.name().equals(name)
        && entry.actor().equals(actor);
  }

  private ActorRef<NameMessage.ToKeeper> replyTo() {
    return getContext().getSelf().narrow();
  }

  private long ask(
      String name, @Nullable CompletableFuture<?> future, LongFunction<ToShard> message) {
    long number = ++numbers;
    var question =
        new Question(NameShard.shardOf(name), message.apply(number), System.nanoTime(), future);
    questions.put(number, question);
    resendLater();
    wiring.toShards().accept(question.shard(), question.message());
    return number;
  }

  /** As long as something is unanswered. */
  private void resendLater() {
    if (!questions.isEmpty() && !timers.isTimerActive(AGAIN)) {
      timers.startSingleTimer(AGAIN, AGAIN, RESEND);
    }
  }

  private void onAnswer(long number, @Nullable Entry holder) {
    questions.remove(number);
    var claim = claims.remove(number);
    if (claim != null && holder != null) {
      boolean won = holder.actor().equals(claim.entry().actor());
      if (won) {
        stand(claim.entry());
      }
      boolean wanted = claim.holder().complete(holder);
      if (won && !wanted) { // who asked has given up
        getContext().getSelf().tell(new Drop(holder.name(), holder.actor()));
      }
    }
    var find = finds.remove(number);
    if (find != null) {
      find.holder().complete(Optional.ofNullable(holder));
    }
  }

  private void stand(Entry entry) {
    kept.put(entry.name(), entry);
    questions.values().removeIf(each -> isKeep(each.message(), entry.name(), entry.actor()));
    ask(entry.name(), null, question -> new Keep(question, entry, replyTo()));
  }

  /** In parts, as a program may name any number of actors. */
  private List<Told> told(int shard) {
    long serial = ++told;
    var standing = parts(of(shard, kept.values().stream()));
    var asked = parts(of(shard, claims.values().stream().map(Claim::entry)));
    int parts = Math.max(standing.size(), asked.size());
    return IntStream.range(0, parts)
        .mapToObj(part ->
            new Told(self, serial, part, parts, partOf(standing, part), partOf(asked, part)))
        .toList();
  }

  private static List<Entry> partOf(List<List<Entry>> parts, int part) {
    return part < parts.size() ? parts.get(part) : List.of();
  }

  /** At least one, each small enough for a message beside another one. */
  private static List<List<Entry>> parts(List<Entry> all) {
    var parts = new ArrayList<List<Entry>>();
    var part = new ArrayList<Entry>();
    int bytes = 0;
    for (var entry : all) {
      if (bytes > PART_BYTES) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(entry);
      bytes += ENTRY_BYTES + 3 * entry.name().length() + entry.passport().length;
    }
    parts.add(part);
    return parts;
  }

  private static List<Entry> of(int shard, Stream<Entry> entries) {
    return entries.filter(entry -> NameShard.shardOf(entry.name()) == shard).toList();
  }

  /** What is not answered is asked again; who waits hears in the end that nobody answers. */
  private void onResend() {
    long now = System.nanoTime();
    questions.entrySet().removeIf(each -> {
      var question = each.getValue();
      var future = question.future();
      boolean late = now - question.since() > wiring.patience().toNanos();
      if (late && future != null) {
        future.completeExceptionally(
            new TimeoutException("Shard " + question.shard() + " of the names does not answer: "
                + wiring.whereabouts().get() + ". Waited " + wiring.patience()
                + " (mobula.directory.patience)."));
        claims.remove(each.getKey());
        finds.remove(each.getKey());
        return true;
      }
      wiring.toShards().accept(question.shard(), question.message());
      return false;
    });
    resendLater();
  }
}
