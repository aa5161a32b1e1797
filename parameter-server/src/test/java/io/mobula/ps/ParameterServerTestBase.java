package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Base of tests that need one node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class ParameterServerTestBase {
  MobulaRuntime runtime;

  @BeforeAll
  void open() {
    runtime = Mobula.init(Mobula.settings().cpus(2).storeCapacity(256 << 20));
  }

  @AfterAll
  void close() {
    runtime.close();
  }

  ParameterServer server(int shards) {
    return ParameterServer.builder(runtime).shards(shards).build();
  }
}
