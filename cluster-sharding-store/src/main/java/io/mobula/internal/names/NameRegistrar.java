package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.names.NameMessage.Done;
import io.mobula.internal.names.NameMessage.Lookup;
import io.mobula.internal.names.NameMessage.LookupReply;
import io.mobula.internal.names.NameMessage.NameEntry;
import io.mobula.internal.names.NameMessage.NameReport;
import io.mobula.internal.names.NameMessage.RegisterKeeper;
import io.mobula.internal.names.NameMessage.Release;
import io.mobula.internal.names.NameMessage.RequestReport;
import io.mobula.internal.names.NameMessage.ToShard;
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
 * Actor that connects one node to the shards of names. It knows which names the node keeps, and
 * repeats each request until a shard answers.
 */
final class NameRegistrar extends AbstractOnMessageBehavior<NameRegistrar.Command> {
  static final String NAME = "names";
  private static final Duration RESEND = Duration.ofMillis(500);

  sealed interface Command
      permits NameMessage.ToRegistrar, Claim, Find, RegisterAsKeeper, Unregister, Resend {}

  /** Command to claim a name. The future gets the holder, which may be another actor. */
  record Claim(NameEntry entry, CompletableFuture<NameEntry> holder) implements Command {}

  /** Command to look up the holder of a name. */
  record Find(String name, CompletableFuture<Optional<NameEntry>> holder) implements Command {}

  /** Command to keep a name that this node did not claim. */
  record RegisterAsKeeper(NameEntry entry) implements Command {}

  /** Command to release a name because its actor is ending. */
  record Unregister(String name, ActorId actor) implements Command {}

  private record Resend() implements Command {}

  private static final Resend AGAIN = new Resend();

  private static final int PART_BYTES = 64 << 10;
  private static final int ENTRY_BYTES = 100;

  private final TimerScheduler<Command> timers;
  private final NodeId self;
  private final Connections connections;
  private final Map<String, NameEntry> kept;
  private final Map<Long, PendingRequest> requests = new LinkedHashMap<>();
  private final Map<Long, Claim> claims = new HashMap<>();
  private final Map<Long, Find> finds = new HashMap<>();
  private long numbers;
  private long reports;

  /** Request that a shard has not answered yet. */
  private record PendingRequest(
      int shard, ToShard message, long since, @Nullable CompletableFuture<?> future) {}

  private NameRegistrar(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      NodeId self,
      Map<String, NameEntry> kept,
      Connections connections) {
    super(context);
    this.self = self;
    this.kept = kept;
    this.connections = connections;
    this.timers = timers;
  }

  /**
   * Creates a node's registrar.
   *
   * @param kept names that the node keeps, for other threads to read; written by the registrar
   *     alone
   */
  static Behavior<Command> create(
      NodeId self, Map<String, NameEntry> kept, Connections connections) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new NameRegistrar(context, timers, self, kept, connections)));
  }

  /**
   * Collaborators of the actor.
   *
   * @param shardSender delivers messages to shards, on a best-effort basis
   * @param hostDescription text for people about where a silent shard should be hosted
   * @param timeout how long a caller waits for an answer
   */
  record Connections(
      BiConsumer<Integer, ToShard> shardSender,
      Supplier<String> hostDescription,
      Duration timeout) {}

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Claim claim -> {
        long number = sendRequest(
            claim.entry().name(),
            claim.holder(),
            question -> new Lookup(question, claim.entry().name(), claim.entry(), replyTo()));
        claims.put(number, claim);
      }
      case Find find -> {
        long number = sendRequest(
            find.name(),
            find.holder(),
            question -> new Lookup(question, find.name(), null, replyTo()));
        finds.put(number, find);
      }
      case RegisterAsKeeper(var entry) -> registerKeeper(entry);
      case Unregister(var name, var actor) -> {
        kept.computeIfPresent(name, (key, entry) -> entry.actor().equals(actor) ? null : entry);
        requests.values().removeIf(request -> isKeep(request.message(), name, actor));
        sendRequest(name, null, question -> new Release(question, name, actor, replyTo()));
      }
      case LookupReply(var question, var holder) -> onAnswer(question, holder);
      case Done(var question) -> requests.remove(question);
      case RequestReport(var shard, var replyTo) -> reportParts(shard).forEach(replyTo::tell);
      case Resend again -> onResend();
    }
    return this;
  }

  /**
   * Returns whether the message registers this node as keeper for the actor. Such a registration
   * must not be repeated after something newer.
   */
  private static boolean isKeep(ToShard message, String name, ActorId actor) {
    return message instanceof RegisterKeeper(var question, var entry, var replyTo)
        && entry.name().equals(name)
        && entry.actor().equals(actor);
  }

  private ActorRef<NameMessage.ToRegistrar> replyTo() {
    return getContext().getSelf().narrow();
  }

  private long sendRequest(
      String name, @Nullable CompletableFuture<?> future, LongFunction<ToShard> message) {
    long number = ++numbers;
    var request = new PendingRequest(
        NameShard.shardOf(name), message.apply(number), System.nanoTime(), future);
    requests.put(number, request);
    resendLater();
    connections.shardSender().accept(request.shard(), request.message());
    return number;
  }

  /** Schedules a resend while any request is unanswered. */
  private void resendLater() {
    if (!requests.isEmpty() && !timers.isTimerActive(AGAIN)) {
      timers.startSingleTimer(AGAIN, AGAIN, RESEND);
    }
  }

  private void onAnswer(long number, @Nullable NameEntry holder) {
    requests.remove(number);
    var claim = claims.remove(number);
    if (claim != null && holder != null) {
      boolean won = holder.actor().equals(claim.entry().actor());
      if (won) {
        registerKeeper(claim.entry());
      }
      boolean wanted = claim.holder().complete(holder);
      if (won && !wanted) { // the caller has given up
        getContext().getSelf().tell(new Unregister(holder.name(), holder.actor()));
      }
    }
    var find = finds.remove(number);
    if (find != null) {
      find.holder().complete(Optional.ofNullable(holder));
    }
  }

  private void registerKeeper(NameEntry entry) {
    kept.put(entry.name(), entry);
    requests.values().removeIf(each -> isKeep(each.message(), entry.name(), entry.actor()));
    sendRequest(entry.name(), null, question -> new RegisterKeeper(question, entry, replyTo()));
  }

  /** Returns a report in parts, because a program may name any number of actors. */
  private List<NameReport> reportParts(int shard) {
    long serial = ++reports;
    var standing = parts(of(shard, kept.values().stream()));
    var asked = parts(of(shard, claims.values().stream().map(Claim::entry)));
    int parts = Math.max(standing.size(), asked.size());
    return IntStream.range(0, parts)
        .mapToObj(part ->
            new NameReport(self, serial, part, parts, partOf(standing, part), partOf(asked, part)))
        .toList();
  }

  private static List<NameEntry> partOf(List<List<NameEntry>> parts, int part) {
    return part < parts.size() ? parts.get(part) : List.of();
  }

  /**
   * Splits entries into at least one part; each part is small enough to share a message with
   * another.
   */
  private static List<List<NameEntry>> parts(List<NameEntry> all) {
    var parts = new ArrayList<List<NameEntry>>();
    var part = new ArrayList<NameEntry>();
    int bytes = 0;
    for (var entry : all) {
      if (bytes > PART_BYTES) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(entry);
      bytes += ENTRY_BYTES + 3 * entry.name().length() + entry.descriptor().length;
    }
    parts.add(part);
    return parts;
  }

  private static List<NameEntry> of(int shard, Stream<NameEntry> entries) {
    return entries.filter(entry -> NameShard.shardOf(entry.name()) == shard).toList();
  }

  /** Resends unanswered requests, and fails the futures of those that have timed out. */
  private void onResend() {
    long now = System.nanoTime();
    requests.entrySet().removeIf(each -> {
      var request = each.getValue();
      var future = request.future();
      boolean late = now - request.since() > connections.timeout().toNanos();
      if (late && future != null) {
        future.completeExceptionally(
            new TimeoutException("Shard " + request.shard() + " of the names does not answer: "
                + connections.hostDescription().get() + ". Waited " + connections.timeout()
                + " (mobula.directory.query-timeout)."));
        claims.remove(each.getKey());
        finds.remove(each.getKey());
        return true;
      }
      connections.shardSender().accept(request.shard(), request.message());
      return false;
    });
    resendLater();
  }
}
