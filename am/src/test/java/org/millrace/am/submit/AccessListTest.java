package org.millrace.am.submit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AccessListTest {
  private static String both(String one, String other) {
    return AccessList.parse(one).and(AccessList.parse(other)).text();
  }

  @Test
  void usersAndGroupsOfBothListsAreInTheSum() {
    assertThat(both("alice,bob staff", "carol,bob operators, staff"))
        .isEqualTo("alice,bob,carol operators,staff");
    assertThat(both("alice", " operators")).isEqualTo("alice operators");
  }

  @Test
  void everybodyIsEverybody() {
    assertThat(both("*", "carol")).isEqualTo("*");
    assertThat(both("carol staff", "*")).isEqualTo("*");
  }

  @Test
  void oneListStaysAsItIs() {
    assertThat(AccessList.parse("alice,bob staff").text()).isEqualTo("alice,bob staff");
    assertThat(AccessList.parse("alice").text()).isEqualTo("alice ");
  }
}
