package io.mobula.internal.actor;

import io.mobula.ActorOptions;
import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.MobulaException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Program;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.Wanting;
import io.mobula.internal.store.Failure;
import io.mobula.internal.wait.Awaited;
import io.mobula.internal.wait.WaitStep;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The node that made an actor, as it sees to the actor's life: finds a place for it, makes it again
 * when its host dies, knows which processes hold it, and ends it when none does. Safe for all
 * threads; what is not volatile belongs to its turns.
 */
final class Owner implements Wanting, Awaited {
  private final Passport passport;
  private final Recipe recipe;
  private final ActorOptions options;
  private final BoundCall constructor;
  private final Owners owners;
  private final Turns turns = new Turns();
  private final Set<NodeId> holders = new HashSet<>();
  private volatile boolean wanting;
  private volatile boolean open = true;
  private int incarnation;
  private int restarts;
  private @Nullable Place place;
  private boolean confirmed;
  private boolean here;
  private CheckpointVersion checkpoint = CheckpointVersion.NONE;
  private boolean leased;
  private long lease;
  private volatile @Nullable NodeId heir;
  private boolean heritable; // its constructor can be sent
  private @Nullable String drained;
  private @Nullable Failure dead;
  private volatile boolean ended;
  private boolean endedByUser;

  Owner(Passport passport, Recipe recipe, Owners owners) {
    this.passport = passport;
    this.recipe = recipe;
    this.constructor = recipe.constructor();
    this.options = recipe.options();
    this.owners = owners;
  }

  Passport passport() {
    return passport;
  }

  /** Whether nothing is left of it. */
  boolean isOver() {
    return ended;
  }

  /** Whether it lives, or will, and takes calls. */
  boolean isOpen() {
    return open;
  }

  // ---- finding a place

  /** Finds a place once the constructor's arguments are there. */
  void start() {
    constructor.whenReady(() -> turns.take(this::search));
  }

  /**
   * Looks for the constructor's arguments before it asks for a place: an actor without a place
   * holds nothing that is needed to make an argument again.
   */
  private void search() {
    var search = dead == null ? constructor.search(null) : null;
    if (search == null) {
      seek();
    } else {
      search.start(placed -> turns.take(this::seek));
    }
  }

  private void seek() {
    if (dead != null) {
      return;
    }
    var failed = constructor.failedArgument();
    if (failed != null) {
      die(
          Failure.following(
              failed,
              cause -> passport.died(ActorBehavior.ARGUMENT_FAILED + cause.getMessage(), cause)),
          true);
      return;
    }
    heritable = passport.heritable();
    tellHeir();
    wanting = true;
    owners.places().acquire(this);
  }

  @Override
  public Purpose purpose() {
    return Purpose.ACTOR;
  }

  @Override
  public Program program() {
    return recipe.program();
  }

  @Override
  public Placement placement() {
    return options.placement();
  }

  @Override
  public Resources wanted() {
    return CellLease.wantedBy(options.resources());
  }

  @Override
  public boolean isForLife() {
    return options.resources() != null;
  }

  @Override
  public String what() {
    return passport.describe() + " to be made";
  }

  @Override
  public boolean stillWants() {
    return wanting;
  }

  @Override
  public void recalled(Lease held) {} // an actor keeps what it asked for

  @Override
  public void granted(Lease granted) {
    turns.take(() -> {
      if (!wanting) {
        granted.release();
        return;
      }
      wanting = false;
      here = true;
      leased = false;
      var at = owners.here(++incarnation);
      place = at;
      confirmed = true;
      owners.host(hosted(at), granted);
      settled(at);
    });
  }

  @Override
  public void grantedAt(NodeId node, long number) {
    turns.take(() -> {
      if (!wanting) {
        owners.places().release(node, number);
        return;
      }
      wanting = false;
      if (!owners.isMember(node)) { // this owner has heard that it left
        start();
        return;
      }
      lease = number;
      leased = true;
      place = new Place(node, ++incarnation);
      confirmed = false;
      tellHeir();
      try {
        owners.create(hosted(place), number);
      } catch (Throwable e) { // an argument that cannot travel
        owners.places().release(node, number);
        place = null;
        var why = CapturedThrowable.textOf(e);
        die(died("it cannot be sent to node " + node + ": " + why, e), true);
        return;
      }
      if (!owners.isMember(node)) { // what says so may have come before it had this place
        lost("it left");
      }
    });
  }

  /** The node that inherits it, if there is one. */
  @Nullable
  NodeId heir() {
    return heir;
  }

  private HostedActor hosted(Place at) {
    var state = owners.stateFor(at, passport.id());
    var past = new HostedActor.Past(at.incarnation(), restarts, checkpoint, state);
    return new HostedActor(passport, at, recipe, past);
  }

  @Override
  public void refused(Function<String, MobulaException> why) {
    turns.take(() -> {
      wanting = false;
      die(new Failure(() -> why.apply(passport.describe())), true);
    });
  }

  @Override
  public WaitStep waitStep() {
    return WaitStep.asking(passport.describe() + " is seen to by this node", () -> {
      var answer = new CompletableFuture<WaitStep>();
      turns.take(() -> answer.complete(explain()));
      return answer;
    });
  }

  private WaitStep explain() {
    var at = place;
    if (wanting) {
      var request = owners.places().request(this);
      return request == null
          ? WaitStep.end("it expects a lease, for which there is no request", WaitCause.NOBODY)
              .marked(incarnation)
          : WaitStep.via("it asks for a lease", request);
    }
    if (at != null) {
      return WaitStep.anythingOf(
          confirmed ? "it lives on node " + at.node() : "node " + at.node() + " is to make it",
          at.node());
    }
    var missing = constructor.missingArguments();
    return missing.isEmpty()
        ? WaitStep.end("a place is looked for", WaitCause.UNKNOWN)
        : WaitStep.via("its constructor waits for arguments", missing);
  }

  /** The host has it: whoever holds the actor may call it there. */
  void placed(Place at) {
    turns.take(() -> {
      if (!at.equals(place)) {
        return;
      }
      confirmed = true;
      if (!isForLife() && leased) {
        leased = false;
        owners.places().release(at.node(), lease);
      }
      settled(at);
    });
  }

  private void settled(Place at) {
    tellHeir();
    publish();
    if (drained != null) {
      owners.drainAt(at, passport, drained);
    }
  }

  /** The host had no lease for it any more, or it has ended there while nobody owned it. */
  void unplaced(Place at) {
    turns.take(() -> {
      if (!at.equals(place)) {
        return;
      }
      place = null;
      if (dead != null) {
        over(false);
      } else if (confirmed) {
        die(died("it had ended before this node came to own it", null), true);
      } else {
        start();
      }
    });
  }

  // ---- its heir

  /** This node has inherited it: goes on where the owner before had come to. */
  void resume(Progress from) {
    turns.take(() -> {
      heritable = true;
      incarnation = from.incarnation();
      restarts = from.restarts();
      confirmed = from.confirmed();
      checkpoint = from.checkpoint();
      place = from.place();
      constructor.whenReady(() -> turns.take(this::tellHeir));
      if (place == null) {
        start();
      } else if (!owners.isMember(place.node())) {
        lost("it left before this node came to own the actor");
      }
    });
  }

  /** Somebody has joined, who may inherit. */
  void joined() {
    turns.take(this::tellHeir);
  }

  /**
   * The heir knows how far the actor's life has come; another is appointed if there is a better.
   */
  private void tellHeir() {
    if (!heritable || !constructor.isReady() || dead != null || drained != null) {
      return;
    }
    var progress = new Progress(incarnation, restarts, place, confirmed, checkpoint);
    var host = place == null ? null : place.node();
    var present = heir;
    var best = owners.heirs().candidate(passport.id(), host);
    boolean keeps = present != null
        && owners.isMember(present)
        && (!present.equals(host) || present.equals(best));
    if (present != null && keeps) {
      owners.heirs().tell(present, passport.id(), progress);
      return;
    }
    dismissHeir();
    if (best != null) {
      heir = best;
      owners.heirs().appoint(best, passport, recipe, progress);
    }
  }

  private void dismissHeir() {
    var present = heir;
    heir = null;
    if (present != null) {
      owners.heirs().dismiss(present, passport.id());
    }
  }

  // ---- its life

  void restarted(Place at, int times) {
    turns.take(() -> {
      if (at.equals(place)) {
        restarts = times;
        tellHeir();
      }
    });
  }

  /** The host has saved its state. */
  void checkpointed(Place at, CheckpointVersion version) {
    turns.take(() -> {
      if (at.equals(place)) {
        checkpoint = version;
        tellHeir();
      }
    });
  }

  /** A process has left: perhaps the host, perhaps one that held the actor. */
  void left(NodeId node, String who) {
    turns.take(() -> {
      var at = place;
      if (at != null && at.node().equals(node)) {
        lost(who);
      }
      if (node.equals(heir)) {
        tellHeir();
      }
      onRelease(node);
    });
  }

  private void lost(String who) {
    boolean lived = confirmed;
    place = null;
    confirmed = false;
    if (dead != null) {
      over(false);
    } else if (!lived) {
      start();
    } else if (restarts < options.lifetime().maxRestarts() && drained == null) {
      restarts++;
      publish();
      start();
    } else {
      die(died("its host is gone: " + who + "; after " + restarts + " restarts", null), true);
    }
  }

  /** The host says that it is dead. */
  void died(Place at, Failure why) {
    turns.take(() -> {
      if (at.equals(place)) {
        die(why, false);
      }
    });
  }

  /** The host says that nothing of it is left. */
  void ended(Place at) {
    turns.take(() -> {
      if (at.equals(place)) {
        if (leased && isForLife()) {
          leased = false;
          owners.places().release(at.node(), lease);
        }
        place = null;
        over(true);
      }
    });
  }

  private void die(Failure why, boolean nothingLeft) {
    if (dead == null) {
      dead = why;
      open = false;
      if (wanting) {
        wanting = false;
        owners.places().lapsed(this);
      }
      if (passport.durable() && !endedByUser) {
        owners.noteEnd(passport, why);
      } else {
        owners.unname(passport);
        if (!passport.durable() && (nothingLeft || endedByUser)) {
          owners.deleteFiles(passport, options, () -> {});
        }
      }
      dismissHeir();
      owners.forgetState(passport.id());
      ended = nothingLeft && !isDurablyEnded();
      if (!here) {
        constructor.release();
      }
      publish();
      if (nothingLeft) {
        over(false);
      } else {
        forgetIfUnheld();
      }
    } else if (nothingLeft) {
      over(false);
    }
  }

  /**
   * Nothing is left of it.
   *
   * @param deleted whether its host has seen to its files
   */
  private void over(boolean deleted) {
    if (!deleted && !ended && isDurablyEnded()) {
      owners.deleteFiles(passport, options, () -> turns.take(() -> over(true)));
      return;
    }
    if (!ended) {
      ended = true;
      if (isDurablyEnded()) { // where its host has done so, it still stands by this node
        owners.release(passport);
      }
      publish();
    }
    forgetIfUnheld();
  }

  /** Whether nobody is to make it again, though it is durable. */
  private boolean isDurablyEnded() {
    return passport.durable() && endedByUser;
  }

  private Failure died(String how, @Nullable Throwable cause) {
    return new Failure(() -> passport.died(how, cause));
  }

  /** It cannot be made at all. */
  void fail(Failure why) {
    turns.take(() -> die(why, true));
  }

  /** Ends it at once. */
  void kill(String how) {
    turns.take(() -> {
      endedByUser = true;
      var at = place;
      if (dead == null) {
        die(died(how, null), at == null);
        if (at != null) {
          owners.killAt(at, passport, how);
        }
      }
    });
  }

  /** It answers what it has been sent, then ends. */
  void drain(String how) {
    turns.take(() -> {
      if (dead == null && drained == null) {
        endedByUser = true;
        drained = how;
        open = false;
        owners.unname(passport);
        dismissHeir();
        if (place != null && confirmed) {
          owners.drainAt(place, passport, how);
        } else if (place == null && holders.isEmpty()) { // nobody awaits an answer of it
          die(died(how, null), true);
        }
      }
    });
  }

  /** The name was taken: it has never been there. */
  void abandon() {
    turns.take(() -> {
      dead = died("its name was taken", null);
      ended = true;
      open = false;
      constructor.release();
      forgetIfUnheld();
    });
  }

  // ---- who holds it

  /** A process has handles from now on, and hears where the actor is. */
  void hold(NodeId node) {
    turns.take(() -> {
      holders.add(node);
      owners.tell(node, passport.id(), whereabouts());
      if (!owners.isMember(node)) { // this owner may have heard that before
        onRelease(node);
      }
    });
  }

  /** A process has no handle any more. */
  void release(NodeId node) {
    turns.take(() -> onRelease(node));
  }

  private void onRelease(NodeId node) {
    if (holders.remove(node) && holders.isEmpty()) {
      forgetIfUnheld();
      if (dead == null && !passport.detached()) {
        owners.afterGrace(() -> turns.take(this::endIfUnheld));
      }
    }
  }

  private void endIfUnheld() {
    if (holders.isEmpty() && dead == null) {
      drain("nobody had a handle to it any more");
    }
  }

  private void forgetIfUnheld() {
    if (dead != null && ended && holders.isEmpty()) {
      owners.forget(this);
    }
  }

  private Whereabouts whereabouts() {
    if (dead != null) {
      return new Whereabouts.Dead(dead, ended);
    }
    return place != null && confirmed
        ? new Whereabouts.At(place)
        : new Whereabouts.Nowhere(place == null ? incarnation : incarnation - 1);
  }

  private void publish() {
    var news = whereabouts();
    holders.forEach(node -> owners.tell(node, passport.id(), news));
  }
}
