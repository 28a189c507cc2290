// The library is loaded by its name, see TorchEngine/nccl.hpp: nothing is declared here.
#pragma once
