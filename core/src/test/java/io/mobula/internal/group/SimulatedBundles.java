package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.schedule.SimulatedActors;
import io.mobula.internal.schedule.SimulatedScheduler;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Simulated node for bundles. Its ledger and its bundles' ledgers are real; a schedule makes,
 * withdraws and ends requests. A licence that is never returned by blocked work shows whether a
 * ledger grants more than it has.
 */
final class SimulatedBundles {
  private static final PlacementGroupId GROUP = new PlacementGroupId(1, 1);
  private static final Job PROGRAM = new Job(new NodeId(1), false, null, 1);
  private static final Resources TOTAL = Resources.none().cpus(12).resource("licence", 12);
  private static final int MAX_STEPS = 5_000;

  private final SimulatedScheduler scheduler;
  private final LedgerClient ledger;
  private final SimulatedActors actors;
  private final BundleLedgers bundles = new BundleLedgers();
  private final Map<Integer, Resources> open = new HashMap<>();
  private final List<Client> clients = new ArrayList<>();
  private final List<Bundle> reserved = new ArrayList<>();
  private int bundleNumbers;

  SimulatedBundles(SimulatedScheduler scheduler) {
    this.scheduler = scheduler;
    this.actors = new SimulatedActors(scheduler, "node");
    this.ledger = LedgerClient.start(TOTAL, actors);
    scheduler.afterEach(this::checkNothingIsOverGranted);
  }

  void run() {
    for (int actions = 20 + scheduler.decisions().next(120); actions > 0; actions--) {
      act();
    }
    scheduler.note("-- all that is pending is done");
    scheduler.settle(MAX_STEPS);
    checkWhoWaits();
    scheduler.note("-- work ends, until nobody waits who can be granted");
    for (int rounds = 0; rounds < clients.size() + 2; rounds++) {
      clients.forEach(Client::end);
      bundles.rescanQueues(GROUP);
      scheduler.settle(MAX_STEPS);
    }
    for (var client : clients) {
      assertThat(client.isWaiting() && client.fitsSomewhere())
          .as("%s waits though a bundle is free", client)
          .isFalse();
    }
    scheduler.note("-- all bundles close");
    List.copyOf(open.keySet()).forEach(this::close);
    reserved.forEach(Bundle::giveBack);
    scheduler.settle(MAX_STEPS);
    assertThat(clients).noneMatch(Client::isWaiting);
    var snapshot = new ArrayList<LedgerClient.BalanceSnapshot>();
    ledger.watch(snapshot::add, () -> {});
    scheduler.settle(MAX_STEPS);
    assertThat(snapshot.getFirst().available()).isEqualTo(TOTAL);
    assertThat(snapshot.getFirst().queued()).isZero();
    assertThat(bundles.waiting()).as("requests for any bundle").isZero();
  }

  private void act() {
    int what = scheduler.decisions().next(100);
    if (what < 55) {
      scheduler.next();
    } else if (what < 63) {
      reserved.add(new Bundle(amount(4)));
    } else if (what < 66) {
      if (!open.isEmpty()) {
        var all = List.copyOf(open.keySet());
        close(all.get(scheduler.decisions().next(all.size())));
      }
    } else if (what < 84) {
      clients.add(new Client(amount(2), scheduler.decisions().oneIn(3)));
    } else if (!clients.isEmpty()) {
      var client = clients.get(scheduler.decisions().next(clients.size()));
      if (what < 92) {
        client.end();
      } else if (what < 96) {
        client.lapse();
      } else {
        client.blockOrResume();
      }
    }
  }

  private Resources amount(int max) {
    int of = 1 + scheduler.decisions().next(max);
    return Resources.none().cpus(of).resource("licence", of);
  }

  private void close(int bundle) {
    scheduler.note("bundle " + bundle + " closes");
    open.remove(bundle);
    bundles.close(GROUP, bundle);
  }

  private void checkNothingIsOverGranted() {
    var held = new HashMap<Integer, Long>();
    for (var client : clients) {
      var lease = client.lease;
      if (lease != null && lease.ledger() != null) {
        held.merge(
            System.identityHashCode(lease.ledger()), lease.resources().units("licence"), Long::sum);
        assertThat(held.get(System.identityHashCode(lease.ledger())))
            .isLessThanOrEqualTo(lease.ledger().total().units("licence"));
      }
    }
  }

  /**
   * Checks that no request waits without a bundle, and that a single waiting request waits for
   * resources.
   */
  private void checkWhoWaits() {
    var waiting = clients.stream().filter(Client::isWaiting).toList();
    if (waiting.size() != 1) {
      return; // others may be first, and what they want is reserved
    }
    var client = waiting.getFirst();
    var able =
        bundles.all().stream().filter(each -> client.mayUse(each.bundle())).toList();
    assertThat(able).as("bundles where %s may wait", client).isNotEmpty();
    for (var bundle : able) {
      if (clients.stream().noneMatch(other -> other.holdsOf(bundle.ledger()))) {
        assertThat(client.fits(bundle.ledger()))
            .as("%s waits though bundle %s is free", client, bundle.bundle())
            .isFalse();
      }
    }
  }

  /** Requester of the node ledger whose lease becomes a bundle. */
  private final class Bundle implements LeaseRequester {
    private final Resources wanted;
    private final int number = ++bundleNumbers;
    private boolean wants = true;

    Bundle(Resources wanted) {
      this.wanted = wanted;
      ledger.acquire(this);
    }

    void giveBack() {
      wants = false;
      ledger.rescanQueue();
    }

    @Override
    public Resources wanted() {
      return wanted;
    }

    @Override
    public Job job() {
      return PROGRAM;
    }

    @Override
    public String description() {
      return "bundle " + number;
    }

    @Override
    public boolean stillWants() {
      return wants;
    }

    @Override
    public boolean holdsForLifetime() {
      return true;
    }

    @Override
    public void granted(Lease lease) {
      scheduler.anyTime("bundle " + number + " opens", () -> {
        if (wants) {
          open.put(number, wanted);
          bundles.open(GROUP, number, lease, actors);
        } else {
          lease.release();
        }
      });
    }

    @Override
    public void recalled(Lease lease) {}
  }

  /** Requester that wants one lease in a bundle. */
  private final class Client implements LeaseRequester {
    private final Resources wanted;
    private final int bundle;
    private boolean waits;
    private boolean lapsed;
    private boolean blocked;
    private int answers;
    private @Nullable Lease lease;

    Client(Resources wanted, boolean inOne) {
      this.wanted = wanted;
      this.bundle = inOne && !open.isEmpty()
          ? List.copyOf(open.keySet()).get(scheduler.decisions().next(open.size()))
          : Placement.Group.ANY;
      waits = true;
      scheduler.note(this + " asks");
      if (!bundles.acquire(GROUP, bundle, this)) {
        waits = false;
        answers++;
      }
    }

    boolean isWaiting() {
      return waits && !lapsed;
    }

    boolean mayUse(int number) {
      return bundle == Placement.Group.ANY || bundle == number;
    }

    boolean fits(LedgerClient in) {
      return in.maximum().units("licence") >= wanted.units("licence");
    }

    boolean fitsSomewhere() {
      return bundles.all().stream().anyMatch(each -> mayUse(each.bundle()) && fits(each.ledger()));
    }

    boolean holdsOf(LedgerClient of) {
      var present = lease;
      return present != null && of.equals(present.ledger());
    }

    void end() {
      var present = lease;
      lease = null;
      if (present != null) {
        scheduler.note(this + " ends");
        present.release();
      }
    }

    void lapse() {
      if (isWaiting()) {
        scheduler.note(this + " wants no more");
        lapsed = true;
        bundles.rescanQueues(GROUP);
      }
    }

    void blockOrResume() {
      var present = lease;
      if (present != null && blocked) {
        present.takeBack();
      } else if (present != null) {
        present.giveBack();
      }
      blocked = !blocked && present != null;
    }

    private void answered() {
      waits = false;
      assertThat(++answers).as("answers to %s", this).isEqualTo(1);
    }

    @Override
    public Resources wanted() {
      return wanted;
    }

    @Override
    public Job job() {
      scheduler.preempt(); // also between the check whether it is wanted and the grant
      return PROGRAM;
    }

    @Override
    public String description() {
      return toString();
    }

    @Override
    public boolean stillWants() {
      return !lapsed;
    }

    @Override
    public void granted(Lease granted) {
      scheduler.preempt();
      answered();
      scheduler.note(this + " is granted");
      lease = granted;
    }

    @Override
    public void ledgerClosed() {
      answered();
      scheduler.note(this + " is turned away");
      assertThat(fitsSomewhere())
          .as("%s is turned away while it has a bundle", this)
          .isFalse();
    }

    @Override
    public void recalled(Lease recalled) {
      if (scheduler.decisions().oneIn(2) && recalled.equals(lease)) {
        end();
      }
    }

    @Override
    public String toString() {
      return "client " + clients.indexOf(this) + " of " + wanted.units("licence") / 10_000 + " in "
          + bundle;
    }
  }
}
