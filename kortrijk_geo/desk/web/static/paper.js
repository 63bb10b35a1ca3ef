"use strict";
document.getElementById("druk-af").addEventListener("click", () => window.print());
